"""Questionnaires from elsewhere: XLSForm and the original platform's JSON become our form_schema.

What cannot be taken over as it was meant is listed with its place, never left out in silence.
Nothing of a file is run: workbooks are opened in a limited process, expressions are parsed.
"""
