#!/usr/bin/env python3
"""Command line of Cerdas: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cerdas.settings.dev")
    from django.core.management import execute_from_command_line

    from cerdas.audit import audit_context

    with audit_context(None, "command", request=" ".join(sys.argv[1:2])):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
