"""The project package as an app: admin sites, API frame, tenancy, jobs, commands."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CerdasConfig(AppConfig):
    """Holds what knows all other apps."""

    name = "cerdas"
    verbose_name = _("System")

    def ready(self) -> None:
        """Register the system checks the kinds of jobs and the admin pages."""
        from cerdas import checks  # noqa: F401 (registers the checks)
        from cerdas.jobs.kinds import kinds_discover

        kinds_discover()
        autodiscover_modules("admin")
