"""Numbers as people read them: 1.300.000 in Indonesian, 1,300,000 in English."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """Return a whole number with separators between thousands."""
    return number_format(number, force_grouping=True)
