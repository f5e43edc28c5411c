# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: what gunicorn loads."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weir.shell.settings")
application = get_wsgi_application()
