"""Shapes of sign-in and of the signed-in person."""

from rest_framework import serializers


class SignInSerializer(serializers.Serializer):
    """Email, password and a name for the device."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    device_name = serializers.CharField(
        max_length=100, required=False, default="", allow_blank=True
    )


class SatkerSerializer(serializers.Serializer):
    """An office."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class UserSerializer(serializers.Serializer):
    """The signed-in person. satker: null for a floating person and for super_admin."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    avatar = serializers.CharField(source="google_avatar", allow_null=True)
    satker = SatkerSerializer(allow_null=True)
    is_super_admin = serializers.BooleanField(source="is_superuser")


class SignedInSerializer(serializers.Serializer):
    """A new token, shown this once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    user = UserSerializer()
