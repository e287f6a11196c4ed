"""App configuration."""

from django.apps import AppConfig


class SatkerConfig(AppConfig):
    """See satker/models.py for what this app holds."""

    name = "satker"
