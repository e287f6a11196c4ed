"""Imported XLSForms held against ODK's own engine: same answers, same verdict."""
