"""WSGI entry: `granian --interface wsgi cerdas.wsgi:application`.

Settings that contradict each other stop the server here: nothing else runs the checks for it.
"""

import os

from django.core.checks import Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cerdas.settings.dev")
application = get_wsgi_application()
_faults = [check for check in run_checks(tags=["settings"]) if isinstance(check, Error)]
if _faults:
    raise ImproperlyConfigured("\n".join(str(fault) for fault in _faults))
