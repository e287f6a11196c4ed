"""WSGI entry: `granian --interface wsgi cerdas.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cerdas.settings.dev")
application = get_wsgi_application()
