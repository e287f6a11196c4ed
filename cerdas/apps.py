"""The project package as an app: admin sites, API frame, tenancy, jobs, commands."""

from django.apps import AppConfig


class CerdasConfig(AppConfig):
    """Holds what knows all other apps."""

    name = "cerdas"

    def ready(self) -> None:
        """Register the system checks and the kinds of jobs."""
        from cerdas import checks  # noqa: F401 (registers the checks)
        from cerdas.jobs.kinds import kinds_discover

        kinds_discover()
