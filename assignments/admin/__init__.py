"""Pages of units and of parked field work in the admin of an office."""

from assignments.admin.parked import ParkedOperationAdmin
from assignments.admin.units import AssignmentAdmin

__all__ = ["AssignmentAdmin", "ParkedOperationAdmin"]
