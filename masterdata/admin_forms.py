"""Forms of the master data pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cerdas.admin_theme import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)
from masterdata.models import NAME_MAX, TYPE_MAX

_TABLES = ".csv,.tsv,.txt,.xlsx,.gz,.zip"


class SlsUploadForm(forms.Form):
    """A file of the region master."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX, .gz or .zip, as the office has it; at most 512 MiB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": _TABLES}),
    )
    replace = forms.BooleanField(
        label=_("Remove what the file does not have"),
        help_text=_("Only inside the kabupaten of the file, and never an area in use."),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )


class DatasetUploadForm(forms.Form):
    """A new version of a dataset."""

    type = forms.CharField(
        label=_("Type"),
        help_text=_("One word, such as KBLI."),
        max_length=TYPE_MAX,
        widget=UnfoldAdminTextInputWidget,
    )
    version = forms.IntegerField(
        label=_("Version"),
        help_text=_("A whole number, such as 2020. A published version never changes."),
        min_value=1,
        max_value=2**31 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=NAME_MAX,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON (a list of objects), CSV or XLSX with a column kode or code."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": f".json,{_TABLES}"}),
    )
    activate = forms.BooleanField(
        label=_("Use this version from now on"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "file"}
