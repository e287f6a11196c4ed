"""Pages that belong to no single app: jobs, the audit trail."""

from cerdas import admin_audit, admin_jobs  # noqa: F401 (registers)
