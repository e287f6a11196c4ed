"""Rules of a model as a user error that names every field."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Model

from cerdas.errors import Invalid
from satker.models import User


def check_model(instance: Model, *, exclude: set[str] | None = None) -> None:
    """Check a row before it is saved. Raises Invalid; details: fields {name: [messages]}."""
    try:
        instance.full_clean(exclude=exclude)
    except ValidationError as error:
        raise Invalid(details={"fields": error.message_dict}) from error


def check_password_strength(password: str, user: User) -> None:
    """Refuse a weak password. Raises Invalid; details: fields {password: [messages]}."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(details={"fields": {"password": error.messages}}) from error
