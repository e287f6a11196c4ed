"""App configuration: region master and versioned datasets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MasterdataConfig(AppConfig):
    """Global reference tables; no office owns them, so they have no row-level security."""

    name = "masterdata"
    verbose_name = _("Master data")
    default_auto_field = "django.db.models.BigAutoField"
