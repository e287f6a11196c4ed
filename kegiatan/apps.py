"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KegiatanConfig(AppConfig):
    """See kegiatan/models.py for what this app holds."""

    name = "kegiatan"
    verbose_name = _("Activities")
