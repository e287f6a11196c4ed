"""Shapes of the master data API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from masterdata.selectors import PREFIX_DIGITS

# Digits of the codes that have areas below them: country, province, kabupaten, kecamatan,
# desa, SLS.
PREFIX_PATTERN = r"^([0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10}|[0-9]{14})?$"


class WilayahQuerySerializer(serializers.Serializer[Any]):
    """Query of the area list."""

    prefix = serializers.RegexField(
        PREFIX_PATTERN,
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
    )

    def validate_prefix(self, value: str) -> str:
        """Refuse what the pattern lets through: `$` also matches before a last line break."""
        if len(value) not in PREFIX_DIGITS:
            raise serializers.ValidationError(_("A code has 2, 4, 7, 10 or 14 digits."))
        return value


class WilayahSerializer(serializers.Serializer[Any]):
    """An area: full code, level 1 (province) to 6 (sub-SLS), name."""

    code = serializers.CharField()
    level = serializers.IntegerField(min_value=1, max_value=6)
    name = serializers.CharField()


class WilayahListSerializer(serializers.Serializer[Any]):
    """Children of an area, ordered by code."""

    results = WilayahSerializer(many=True)
