"""Forms of the pages about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_rights import OfficeRights
from cerdas.admin_theme import UnfoldAdminFileFieldWidget
from kegiatan.admin_crew import RoleForm
from kegiatan.people_files import FILE_BYTES
from satker.permissions import ADMIN_SATKER

_INPUT = {"class": "c-input"}
LINK, MAIL, PASSWORD = "link", "mail", "password"
IN_OFFICE = "office"  # the choice of a role in the office instead of an activity


def text_field(label: Any, **fields: Any) -> forms.CharField:
    """Return a line of text."""
    return forms.CharField(label=label, widget=forms.TextInput(attrs=_INPUT), **fields)


def email_field() -> forms.EmailField:
    """Return an email."""
    attrs = {**_INPUT, "autocomplete": "off", "inputmode": "email", "spellcheck": "false"}
    return forms.EmailField(
        label=gettext_lazy("Email"), max_length=254, widget=forms.EmailInput(attrs=attrs)
    )


class PersonForm(forms.Form):
    """A new account."""

    name = text_field(gettext_lazy("Name"), max_length=200)
    email = email_field()
    how = forms.ChoiceField(
        label=gettext_lazy("How they sign in for the first time"),
        choices=[
            (LINK, gettext_lazy("One-time link or card, which I give them")),
            (MAIL, gettext_lazy("One-time link sent to their email")),
            (PASSWORD, gettext_lazy("Password that I choose now")),
        ],
        initial=LINK,
        widget=forms.Select(attrs=_INPUT),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Only when you choose it yourself."),
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={**_INPUT, "autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """A password is needed when it is chosen here."""
        given = self.cleaned_data
        if given.get("how") == PASSWORD and not given.get("password"):
            self.add_error("password", _("Write a password of at least 10 characters."))
        if given.get("how") != PASSWORD:
            given["password"] = None
        return given


class RenameForm(forms.Form):
    """The name of a person."""

    name = text_field(gettext_lazy("Name"), max_length=200)


class RecruitForm(RoleForm):
    """An exact email with the role that is offered."""

    email = email_field()
    field_order = ("email", "place", "role", "pml")

    def __init__(self, rights: OfficeRights, *args: Any, **kwargs: Any) -> None:
        super().__init__(rights, *args, **kwargs)
        if rights.sees_all:
            place: Any = self.fields["place"]
            role: Any = self.fields["role"]
            place.choices = [*place.choices, (IN_OFFICE, _("The office itself"))]
            role.choices = [*role.choices, (ADMIN_SATKER, ADMIN_SATKER)]

    def clean(self) -> dict[str, Any]:
        """A role in the office has no activity and no supervisor."""
        given = self.cleaned_data
        in_office = given.get("place") == IN_OFFICE
        if in_office != (given.get("role") == ADMIN_SATKER):
            words = _("admin_satker is a role in the office itself, the others in an activity.")
            self.add_error("role", words)
            return given
        if in_office:
            return {**given, "place": None, "pml": None}
        return super().clean()


class ImportForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV or XLSX)"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.txt,.gz"}),
    )
    kegiatan = forms.ChoiceField(
        label=gettext_lazy("Activity of rows that name none"),
        required=False,
        widget=forms.Select(attrs=_INPUT),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[
            ("check", gettext_lazy("Check only: nothing is written")),
            ("import", gettext_lazy("Import, if no row is bad")),
            ("skip_bad", gettext_lazy("Import the good rows, give me the bad ones")),
        ],
        widget=forms.Select(attrs=_INPUT),
    )

    def __init__(self, activities: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["kegiatan"]
        chosen.choices = [("", "–"), *activities]

    def clean_file(self) -> Any:
        """Refuse what is too large to be a list of people."""
        upload = self.cleaned_data["file"]
        if upload.size > FILE_BYTES:
            words = _("The file is larger than %(n)d MiB.") % {"n": FILE_BYTES // 2**20}
            raise forms.ValidationError(words)
        return upload
