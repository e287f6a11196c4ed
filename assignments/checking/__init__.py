"""Verdicts of the form engine on answers that have arrived: queue, workers, re-checks.

Nothing here runs in a request. Source: design, section 6, point 3.
"""
