"""App configuration."""

from django.apps import AppConfig


class KegiatanConfig(AppConfig):
    """See kegiatan/models.py for what this app holds."""

    name = "kegiatan"
