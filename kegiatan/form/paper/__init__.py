"""Printable questionnaires."""
