"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SatkerConfig(AppConfig):
    """See satker/models.py for what this app holds."""

    name = "satker"
    verbose_name = _("Offices and people")
