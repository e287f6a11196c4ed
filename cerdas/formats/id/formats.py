"""Times in Indonesian, such as 20 November 2026, 19.05 WIB; the rest is Django's."""

DATETIME_FORMAT = "j F Y, H.i T"
SHORT_DATETIME_FORMAT = "j M Y H.i T"
