"""The admin theme: the only module that imports unfold. All others take its parts from here."""

from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    MultipleChoicesDropdownFilter,
    MultipleDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
    TextFilter,
)
from unfold.dataclasses import Favicon
from unfold.decorators import action, display
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite
from unfold.views import ChangeList
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

__all__ = [
    "AuthenticationForm",
    "AutocompleteSelectFilter",
    "ChangeList",
    "ChoicesDropdownFilter",
    "DropdownFilter",
    "Favicon",
    "ModelAdmin",
    "MultipleChoicesDropdownFilter",
    "MultipleDropdownFilter",
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
    "UnfoldAdminSelect2Widget",
    "UnfoldAdminSelectWidget",
    "UnfoldAdminSite",
    "UnfoldAdminTextInputWidget",
    "UnfoldAdminTextareaWidget",
    "UnfoldBooleanSwitchWidget",
    "action",
    "display",
]
