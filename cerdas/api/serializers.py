"""Shapes that all parts of the API share."""

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer):
    """The envelope of every refusal."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.JSONField()
    retryable = serializers.BooleanField()
