"""Forms of the pages of units. They read; services decide."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.coverage import (
    LEVEL_DIGITS,
    MASTER,
    Levels,
    as_levels,
    level_sources,
    split_region_code,
)
from assignments.importing.columns import PREFILLED, template_header
from assignments.models import LEVELS, Assignment
from assignments.services.creating import LABEL_LENGTH
from assignments.services.crew import CrewMember, crew_of
from assignments.services.responses import NOTES_LENGTH
from cerdas.admin_theme import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)
from cerdas.errors import CerdasError
from kegiatan.form.questions import level_names
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import PML, PPL

UPLOAD_SUFFIXES = (".csv", ".xlsx", ".gz")


def text_input(**attrs: Any) -> Any:
    """Return a one-line input of the theme."""
    return UnfoldAdminTextInputWidget(attrs=attrs)


class ReasonForm(forms.Form):
    """Why something is done. must_give: an empty reason is refused here already."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=NOTES_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, must_give: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = must_give
        if must_give:
            self.fields["reason"].help_text = _("The field officer reads it.")


class CrewForm(ReasonForm):
    """PPL and PML of an activity, both optional: who is not named stays as they are."""

    field_order = ("ppl", "pml", "reason")

    def __init__(
        self,
        *args: Any,
        satker: Satker,
        kegiatan: KegiatanStatistik,
        empty: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.satker = satker
        add_crew_fields(self, satker, kegiatan, empty=str(empty or _("— as it is —")))
        self.order_fields(self.field_order)

    def person(self, name: str) -> User | None:
        """Return who was chosen. name: ppl, pml."""
        return chosen_person(self, name, self.satker)


def add_crew_fields(
    form: forms.Form, satker: Satker, kegiatan: KegiatanStatistik, *, empty: str = ""
) -> None:
    """Add a choice of PPL and one of PML; required unless there are words for none."""
    crew = crew_of(satker=satker, kegiatan=kegiatan)
    for name, role in (("ppl", PPL), ("pml", PML)):
        form.fields[name] = forms.ChoiceField(
            label=role,
            required=not empty,
            choices=[("", empty), *crew_choices(crew, role)],
            widget=UnfoldAdminSelect2Widget,
        )


def chosen_person(form: forms.Form, name: str, satker: Satker) -> User | None:
    """Return the person of a crew field."""
    chosen = form.cleaned_data.get(name)
    return User.objects.get(pk=UUID(chosen), satker=satker) if chosen else None


def crew_choices(crew: Sequence[CrewMember], role: str) -> list[tuple[str, str]]:
    """Return (id, name and email) of those who hold a role now, by name."""
    found = [member for member in crew if member.is_current and role in member.roles]
    found.sort(key=lambda member: (member.name.casefold(), member.email))
    return [(str(member.user_id), f"{member.name} ({member.email})") for member in found]


class RegionFields(forms.Form):
    """Label and region of a unit: one code for levels of the region master, a field per free one.

    levels: after `is_valid`, the six parts.
    """

    label = forms.CharField(
        label=gettext_lazy("Label"), max_length=LABEL_LENGTH, widget=UnfoldAdminTextInputWidget
    )

    def __init__(
        self,
        *args: Any,
        kegiatan: KegiatanStatistik,
        unit: Assignment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.levels: Levels = as_levels(())
        sources = level_sources(kegiatan.form_schema)
        names = level_names(kegiatan.form_schema or {})
        self._free = [level for level, source in zip(LEVELS, sources, strict=True)
                      if source != MASTER and level in names]  # fmt: skip
        parts = [getattr(unit, level) if unit is not None else None for level in LEVELS]
        coded = len(LEVELS) - len([source for source in sources if source != MASTER])
        self.fields["region_code"] = forms.CharField(
            label=_("Region code"),
            required=not kegiatan.allow_without_region,
            help_text=_("As text, with 2, 4, 7, 10, 14 or 16 digits, such as 61040800010001."),
            initial="".join(part or "" for part in parts[:coded]),
            max_length=sum(LEVEL_DIGITS),
            widget=text_input(inputmode="numeric", autocomplete="off"),
        )
        for level in self._free:
            self.fields[level] = forms.CharField(
                label=names[level],
                required=False,
                initial=parts[LEVELS.index(level)] or "",
                max_length=32,
                widget=UnfoldAdminTextInputWidget,
            )
        if unit is not None:
            self.fields["label"].initial = unit.assignment_label

    def clean(self) -> dict[str, Any]:
        """Join the parts of the region."""
        data = super().clean() or {}
        code = data.get("region_code") or ""
        try:
            parts = list(split_region_code(code)) if code else [None] * len(LEVELS)
        except CerdasError as error:
            self.add_error("region_code", error.message)
            return data
        for level in self._free:
            parts[LEVELS.index(level)] = data.get(level) or None
        self.levels = as_levels(parts)
        return data


class AddUnitForm(RegionFields):
    """A unit to be: label, region, who gets it, and what is known about it."""

    def __init__(
        self, *args: Any, satker: Satker, kegiatan: KegiatanStatistik, **kwargs: Any
    ) -> None:
        super().__init__(*args, kegiatan=kegiatan, **kwargs)
        add_crew_fields(self, satker, kegiatan)
        header = template_header(kegiatan.form_schema)
        self._known = {
            f"known_{number}": name.removeprefix(PREFILLED)
            for number, name in enumerate(header)
            if name.startswith(PREFILLED)
        }
        for name, words in self._known.items():
            self.fields[name] = forms.CharField(
                label=words.replace("_", " ").capitalize(),
                required=False,
                max_length=1_000,
                widget=UnfoldAdminTextInputWidget,
            )

    @property
    def known_fields(self) -> list[Any]:
        """Return the fields of what is known about the unit."""
        return [self[name] for name in self._known]

    @property
    def main_fields(self) -> list[Any]:
        """Return the other fields."""
        return [self[name] for name in self.fields if name not in self._known]

    @property
    def prefilled(self) -> dict[str, str] | None:
        """Return what is known, None when nothing is."""
        data = {known: self.cleaned_data[name] for name, known in self._known.items()}
        return {name: value for name, value in data.items() if value} or None


class KegiatanForm(forms.Form):
    """One of the activities that an admin may act in."""

    def __init__(self, *args: Any, activities: Sequence[KegiatanStatistik], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._activities = {str(row.pk): row for row in activities}
        choices = [(pk, str(row)) for pk, row in self._activities.items()]
        if len(choices) != 1:
            choices.insert(0, ("", ""))
        self.fields["kegiatan"] = forms.ChoiceField(
            label=_("Activity"), choices=choices, widget=UnfoldAdminSelectWidget
        )
        self.order_fields(["kegiatan", *self.fields])

    @property
    def kegiatan(self) -> KegiatanStatistik:
        """Return the one that was chosen."""
        return self._activities[self.cleaned_data["kegiatan"]]


class ImportForm(KegiatanForm):
    """A file of units for one activity."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV or XLSX)"),
        help_text=gettext_lazy("The first row holds the column names. At most 128 MiB."),
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_file(self) -> Any:
        """Refuse what has another ending than a table."""
        upload = self.cleaned_data["file"]
        if not str(upload.name).lower().endswith(UPLOAD_SUFFIXES):
            raise forms.ValidationError(_("Choose a file that ends in .csv or .xlsx."))
        return upload


class ExportForm(KegiatanForm):
    """What the files of an export hold."""

    labels = forms.BooleanField(
        label=gettext_lazy("Also a column with the text of each choice"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
