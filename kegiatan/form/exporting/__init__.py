"""Questionnaires written for other programs."""
