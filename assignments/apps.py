"""App configuration."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """See assignments/models.py for what this app holds."""

    name = "assignments"

    def ready(self) -> None:
        """Tell the region master which of its codes are in use here."""
        from masterdata.services import register_region_code_column

        for column in ("region_code", "level_4_code_full"):
            register_region_code_column("assignments", column)
