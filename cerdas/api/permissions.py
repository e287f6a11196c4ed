"""Permissions every view declares one of."""

from typing import Any

from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request

Anyone = AllowAny
SignedIn = IsAuthenticated


class HasOffice(BasePermission):
    """Signed in, and in an office or super_admin: a floating user sees nothing operational."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True for members of an office and super_admin."""
        user: Any = request.user
        return bool(
            user and user.is_authenticated and (user.is_superuser or user.satker_id is not None)
        )
