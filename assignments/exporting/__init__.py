"""Export of responses as files."""
