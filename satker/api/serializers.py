"""Shapes of sign-in and of the signed-in person."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# What the fields below take, for the documentation: no NUL, and not white space alone.
_EMAIL = {"type": "string", "maxLength": 254, "pattern": r"^[!-~][^\u0000]*$"}
_PASSWORD = {"type": "string", "maxLength": 1024, "pattern": r"^[^\u0000]+$"}
_NAME = {"type": "string", "maxLength": 100, "pattern": r"^[^\u0000]*$", "default": ""}


@extend_schema_field(_EMAIL)
class _EmailField(serializers.CharField):
    pass


@extend_schema_field(_PASSWORD)
class _PasswordField(serializers.CharField):
    pass


@extend_schema_field(_NAME)
class _NameField(serializers.CharField):
    pass


# Six digits of an app or eight of a recovery code; people write spaces between them.
_OTP = {"type": "string", "maxLength": 20, "pattern": r"^[^\u0000]*$", "default": ""}


@extend_schema_field(_OTP)
class _OtpField(serializers.CharField):
    pass


class SignInSerializer(serializers.Serializer):
    """Email, password, a name for the device, and the code of people with a second factor."""

    email = _EmailField(max_length=254)
    password = _PasswordField(max_length=1024, trim_whitespace=False)
    device_name = _NameField(max_length=100, required=False, default="", allow_blank=True)
    otp = _OtpField(max_length=20, required=False, default="", allow_blank=True)


# What the browser brought back into the app, and the secret that it began with.
_CODE = {"type": "string", "maxLength": 500, "pattern": r"^[A-Za-z0-9:_-]+$"}
_VERIFIER = {"type": "string", "minLength": 43, "maxLength": 128, "pattern": r"^[A-Za-z0-9_-]+$"}


@extend_schema_field(_CODE)
class _CodeField(serializers.RegexField):
    pass


@extend_schema_field(_VERIFIER)
class _VerifierField(serializers.RegexField):
    pass


class GoogleSignInSerializer(serializers.Serializer):
    """The one-time code of the browser, the secret of the phone, a name for the device."""

    code = _CodeField(r"^[A-Za-z0-9:_-]+\Z", max_length=500)
    verifier = _VerifierField(r"^[A-Za-z0-9_-]+\Z", min_length=43, max_length=128)
    device_name = _NameField(max_length=100, required=False, default="", allow_blank=True)


class GoogleOfferSerializer(serializers.Serializer):
    """Whether this server signs people in with Google."""

    is_offered = serializers.BooleanField()


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
