"""Shapes of the assignments API, for its documentation and for small inputs.

The ignored assignments: a declared field may carry a name that the base class has as an attribute.

Units are rendered by assignments.sync.documents, not by these: their answers stay text.
"""

from rest_framework import serializers

from assignments.models import CheckState, OperationType, ResponseStatus


class PersonSerializer(serializers.Serializer):
    """A person by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class CommentSerializer(serializers.Serializer):
    """A remark of the newest rejection."""

    path = serializers.CharField(help_text="Question, e.g. anggota[<_id>].kbli")
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class CheckSerializer(serializers.Serializer):
    """The engine's verdict; `pending` when it was made on another version."""

    state = serializers.ChoiceField(choices=CheckState.choices)
    version = serializers.IntegerField(allow_null=True)
    errors = serializers.ListField(  # type: ignore[assignment]
        child=serializers.JSONField()
    )
    warnings = serializers.ListField(child=serializers.JSONField())


class ResponseSerializer(serializers.Serializer):
    """Answers with their status."""

    status = serializers.ChoiceField(choices=ResponseStatus.choices)
    version = serializers.IntegerField()
    form_version_used = serializers.IntegerField()
    responses = serializers.JSONField(allow_null=True)
    visit_outcome = serializers.CharField(allow_blank=True)
    notes = serializers.CharField(allow_blank=True, help_text="The latest reason given.")
    comments = CommentSerializer(many=True)
    check = CheckSerializer()
    missing_attachments = serializers.ListField(child=serializers.UUIDField())
    submitted_by_ppl_at = serializers.DateTimeField(allow_null=True)
    reviewed_by_pml_at = serializers.DateTimeField(allow_null=True)
    reviewed_by_admin_at = serializers.DateTimeField(allow_null=True)


class AssignmentSerializer(serializers.Serializer):
    """One unit of work with its response."""

    id = serializers.UUIDField()
    rev = serializers.CharField(allow_null=True, help_text="Differs when anything differs.")
    kegiatan = serializers.UUIDField()
    satker = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    level_1_code = serializers.CharField(allow_null=True)
    level_2_code = serializers.CharField(allow_null=True)
    level_3_code = serializers.CharField(allow_null=True)
    level_4_code = serializers.CharField(allow_null=True)
    level_5_code = serializers.CharField(allow_null=True)
    level_6_code = serializers.CharField(allow_null=True)
    level_4_code_full = serializers.CharField(allow_null=True)
    level_6_code_full = serializers.CharField(allow_null=True)
    region_code = serializers.CharField(allow_null=True)
    prefilled_data = serializers.JSONField(allow_null=True)
    ppl = PersonSerializer()
    pml = PersonSerializer()
    response = ResponseSerializer()


class MasterSerializer(serializers.Serializer):
    """A master dataset that the questionnaire uses."""

    type = serializers.CharField()
    version = serializers.IntegerField()
    checksum = serializers.CharField()
    size_bytes = serializers.IntegerField()


class ChangesSerializer(serializers.Serializer):
    """One page of what changed for the caller."""

    cursor = serializers.CharField()
    more = serializers.BooleanField()
    reset = serializers.BooleanField(
        help_text="On the first page of a pass: everything is sent anew; drop what did not come"
        " when `more` is false."
    )
    server_time = serializers.DateTimeField()
    form_version = serializers.IntegerField(allow_null=True)
    masters = MasterSerializer(many=True)
    wilayah = serializers.DictField(child=serializers.CharField())
    assignments = AssignmentSerializer(many=True)
    removed = serializers.ListField(child=serializers.UUIDField())


class OperationSerializer(serializers.Serializer):
    """One operation of a device; see docs/sync.md."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=OperationType.choices)
    assignment = serializers.UUIDField(required=False)
    base_version = serializers.IntegerField(required=False, min_value=1)
    after = serializers.UUIDField(required=False)
    at = serializers.DateTimeField(required=False)
    data = serializers.JSONField(required=False)  # type: ignore[assignment]


class OperationsSerializer(serializers.Serializer):
    """A batch, carried out in order, each on its own."""

    operations = OperationSerializer(many=True)


class OperationResultSerializer(serializers.Serializer):
    """What became of one operation."""

    id = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(
        choices=["applied", "duplicate", "conflict", "parked", "refused", "retry"]
    )
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    details = serializers.JSONField()
    assignment = AssignmentSerializer(allow_null=True)


class OperationResultsSerializer(serializers.Serializer):
    """Results in the order sent."""

    results = OperationResultSerializer(many=True)
    server_time = serializers.DateTimeField()


class AssignmentPageSerializer(serializers.Serializer):
    """One page of an office's units."""

    results = AssignmentSerializer(many=True)
    cursor = serializers.CharField(allow_null=True)


class AllowedActionsSerializer(serializers.Serializer):
    """What the caller may do with a unit now."""

    actions = serializers.ListField(child=serializers.ChoiceField(choices=OperationType.choices))


class HistoryEntrySerializer(serializers.Serializer):
    """One change of status."""

    at = serializers.DateTimeField()
    by = PersonSerializer(allow_null=True)
    from_status = serializers.CharField(allow_null=True)
    to_status = serializers.CharField()
    notes = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()


class HistorySerializer(serializers.Serializer):
    """All changes of status, oldest first."""

    results = HistoryEntrySerializer(many=True)


class StoredAttachmentSerializer(serializers.Serializer):
    """What became of an upload; `code` is `parked` when it waits for the office."""

    code = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField()
