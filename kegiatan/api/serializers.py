"""Shapes of the signed-in person's roles, invitations, activities and questionnaires."""

from rest_framework import serializers

from satker.api.serializers import SatkerSerializer, UserSerializer
from satker.models import InvitationState
from satker.permissions import INVITATION_ROLES


class KegiatanNameSerializer(serializers.Serializer):
    """An activity by name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RoleSerializer(serializers.Serializer):
    """A role in an office, or in an activity of it (kegiatan: null for a role in the office)."""

    role = serializers.ChoiceField(choices=INVITATION_ROLES)
    satker = serializers.UUIDField(source="satker.pk")
    kegiatan = serializers.UUIDField(source="kegiatan.pk", allow_null=True, default=None)


class MeSerializer(UserSerializer):
    """The signed-in person with all roles. A floating person has none."""

    roles = RoleSerializer(many=True)
    server_time = serializers.DateTimeField()


class InvitationSerializer(serializers.Serializer):
    """An office asks the person to join it."""

    id = serializers.UUIDField()
    satker = SatkerSerializer()
    kegiatan = KegiatanNameSerializer(allow_null=True)
    role = serializers.ChoiceField(choices=INVITATION_ROLES)
    state = serializers.ChoiceField(choices=InvitationState.choices)
    created_at = serializers.DateTimeField()


class InvitationListSerializer(serializers.Serializer):
    """The invitations that a person can answer."""

    results = InvitationSerializer(many=True)


class KegiatanSerializer(serializers.Serializer):
    """An activity as the person sees it. satker: null for super_admin.

    counts: {status: units}, of the person's own units; for the admins of all units of the office;
    empty for super_admin.
    """

    id = serializers.UUIDField(source="kegiatan.id")
    name = serializers.CharField(source="kegiatan.name")
    year = serializers.IntegerField(source="kegiatan.year")
    start_date = serializers.DateField(source="kegiatan.start_date")
    end_date = serializers.DateField(source="kegiatan.end_date")
    extended_end_date = serializers.DateField(source="kegiatan.extended_end_date", allow_null=True)
    form_version = serializers.IntegerField(source="kegiatan.form_version")
    allow_new_assignments = serializers.BooleanField(source="kegiatan.allow_new_assignments")
    satker = serializers.UUIDField(source="satker.pk", allow_null=True, default=None)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=INVITATION_ROLES))
    counts = serializers.DictField(child=serializers.IntegerField())


class KegiatanListSerializer(serializers.Serializer):
    """The person's activities, newest year first."""

    results = KegiatanSerializer(many=True)


class FormSerializer(serializers.Serializer):
    """A published questionnaire. schema: the stored form_schema; checksum: SHA-256 of its text.

    engine: hash of the form engine that checks answers on the server; null while there is none.
    """

    kegiatan = serializers.UUIDField()
    version = serializers.IntegerField()
    schema = serializers.DictField()
    checksum = serializers.CharField()
    engine = serializers.CharField(allow_null=True)
