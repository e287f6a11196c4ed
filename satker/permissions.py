"""Names of the roles. admin_satker is held on a satker, the others on a kegiatan in a satker.

Roles are guardian object permissions and nothing else; super_admin is `User.is_superuser`.
"""

ADMIN_SATKER = "admin_satker"
ADMIN_KEGIATAN = "admin_kegiatan"
# guardian codenames are the client's role names
PML = "PML"
PPL = "PPL"

SATKER_ROLES = (ADMIN_SATKER,)
KEGIATAN_ROLES = (ADMIN_KEGIATAN, PML, PPL)
INVITATION_ROLES = (*SATKER_ROLES, *KEGIATAN_ROLES)
