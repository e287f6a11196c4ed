"""The admin theme: the only module that imports unfold. All others take its parts from here."""

from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    MultipleChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
    TextFilter,
)
from unfold.dataclasses import Favicon
from unfold.decorators import action, display
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

__all__ = [
    "AuthenticationForm",
    "AutocompleteSelectFilter",
    "ChoicesDropdownFilter",
    "Favicon",
    "ModelAdmin",
    "MultipleChoicesDropdownFilter",
    "RangeDateFilter",
    "RangeDateTimeFilter",
    "RelatedDropdownFilter",
    "StackedInline",
    "TabularInline",
    "TextFilter",
    "UnfoldAdminDateWidget",
    "UnfoldAdminEmailInputWidget",
    "UnfoldAdminFileFieldWidget",
    "UnfoldAdminIntegerFieldWidget",
    "UnfoldAdminSelectWidget",
    "UnfoldAdminSite",
    "UnfoldAdminTextInputWidget",
    "UnfoldAdminTextareaWidget",
    "UnfoldBooleanSwitchWidget",
    "action",
    "display",
]
