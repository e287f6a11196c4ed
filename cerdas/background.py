"""Jobs of the project package."""

from django.utils.translation import gettext_lazy as _

from cerdas.audit_export import KIND, audit_export
from cerdas.jobs.kinds import job_kind

job_kind(KIND, title=_("Export of the audit trail"))(audit_export)
