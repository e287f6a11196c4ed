"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """See assignments/models for what this app holds."""

    name = "assignments"
    verbose_name = _("Field work")

    def ready(self) -> None:
        """Tell the region master which of its codes are in use here; hear of new versions."""
        from assignments.checking.publishing import recheck_on_publishing
        from kegiatan.signals import form_published
        from masterdata.services import register_region_code_column

        for column in ("region_code", "level_4_code_full"):
            register_region_code_column("assignments", column)
        form_published.connect(recheck_on_publishing, dispatch_uid="assignments.recheck")
