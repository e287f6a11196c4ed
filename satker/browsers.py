"""Names of browsers for people, from the User-Agent header: "Chrome, Android"."""

import re

# The first that occurs counts: Edge and Opera also call themselves Chrome, Chrome also Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return browser and system of a User-Agent; of an unknown one its first word."""
    names = [
        next((name for mark, name in known if mark in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    found = ", ".join(name for name in names if name)
    return found or re.split(r"[/\s]", user_agent.strip(), maxsplit=1)[0][:40]
