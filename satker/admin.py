"""Pages about people and offices on both admin sites, found when the apps are ready."""

from satker import (  # noqa: F401
    admin_invitations,
    admin_offices,
    admin_people,
    admin_people_global,
)
