# SPDX-License-Identifier: Apache-2.0
"""Django's settings, from the table in `environment.py`. Nothing here is read from anywhere else."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weir.shell.environment import values

VALUES = values()
HERE = Path(__file__).parent
HOME: Path = VALUES.home
KEYS: Path = VALUES.keys or HOME / "keys"


def _secret(name: str) -> str:
    """A secret of this instance, made on first start; readable by its owner only."""
    KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = KEYS / name
    if not path.exists():
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        # Two processes may start at once: the first link wins and both read the same secret.
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _databases() -> dict[str, Any]:
    asked = VALUES.database
    if asked["vendor"] == "sqlite":
        path = asked["path"] or str(HOME / "weir.sqlite")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        pragmas = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
        )
        shared = {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "CONN_MAX_AGE": None}
        return {
            # A deferred transaction that reads and then writes can fail on its way up; an immediate one waits its turn.
            "default": shared | {"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": pragmas}},
            "reading": shared
            | {
                "OPTIONS": {
                    "transaction_mode": "DEFERRED",
                    "timeout": 30,
                    "init_command": pragmas + "PRAGMA query_only=ON;",
                },
                "TEST": {"MIRROR": "default"},
            },
        }
    return {
        "default": {
            "ENGINE": "weir.foundation.store.gates.postgresql",
            "NAME": asked["name"],
            "USER": asked["user"],
            "PASSWORD": asked["password"],
            "HOST": asked["host"],
            "PORT": asked["port"],
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=30000",
                # A network that swallows everything is found out by nobody else: seconds, and milliseconds.
                "connect_timeout": 5,
                "tcp_user_timeout": 10_000,
            },
        }
    }


def _mail() -> dict[str, Any]:
    """Where letters go: into a folder, or to a server that takes them from us."""
    if VALUES.mail == "file":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": HOME / "mail"}
    url = urlsplit(VALUES.mail)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname or "",
        "EMAIL_PORT": url.port or 587,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": bool(url.username),
        "EMAIL_TIMEOUT": 10,
    }


_host, _port = VALUES.address
# Passkeys need a host name, so a loopback address is spoken of by its name.
_named = "localhost" if _host in {"127.0.0.1", "::1"} else _host
PUBLIC_URL: str = (VALUES.public_url or f"http://{_named}:{_port}").rstrip("/")
INSTANCE: str = VALUES.instance
TICK_SECONDS: int = VALUES.tick_seconds
BATCH_DEPTH: int = VALUES.batch_depth
EXECUTOR: str = VALUES.executor
DEMO: bool = VALUES.demo
RATE_PER_MINUTE: int = VALUES.rate_per_minute
STRANGERS_REPORTS: int = VALUES.strangers_reports
STRANGERS_BYTES: int = VALUES.strangers_bytes
LINE_BYTES: int = VALUES.line_bytes
DOCUMENT_BYTES: int = VALUES.document_bytes
FINDER_BYTES: int = VALUES.finder_bytes
CHECK_MINUTES: int = VALUES.check_minutes
CHECK_BUCKETS: int = VALUES.check_buckets
CHECK_SLOTS: int = VALUES.check_slots
CHECK_BOUND: int = VALUES.check_bound
CHECK_KEY_DAYS: int = VALUES.check_key_days
TRUSTED_PROXIES: tuple[str, ...] = VALUES.trusted_proxies

SECRET_KEY = _secret("session.key")
DEBUG = False
_public = urlsplit(PUBLIC_URL)
HTTPS = _public.scheme == "https"
# Loopback names are always answered: health checks and the operator's own terminal use them.
ALLOWED_HOSTS = sorted({_public.hostname or "localhost", _host, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "weir.foundation.store",
    "weir.foundation.ledger",
    "weir.foundation.policy",
    "weir.foundation.identity",
    "weir.foundation.jobs",
    "weir.clearinghouse.scanning",
    "weir.clearinghouse.intake",
    "weir.clearinghouse.findings",
    "weir.shell",
]
AUTH_USER_MODEL = "identity.PersonRow"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
DATABASES = _databases()
DATABASE_ROUTERS = ["weir.foundation.transactions.ReadingRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False
ROOT_URLCONF = "weir.shell.urls"
WSGI_APPLICATION = "weir.shell.web.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"

MIDDLEWARE = [
    "weir.shell.pages.middleware.Boundary",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "weir.shell.pages.middleware.WhoActs",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "weir.shell.pages.rendering.environment",
            "context_processors": ["weir.shell.pages.rendering.on_every_page"],
            "extensions": ["jinja2.ext.i18n"],
        },
    },
    # allauth looks its own pieces up here when ours has no template of that name.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# With the prefix a browser takes the cookie from this very host only, over TLS: no neighbour can plant one.
SESSION_COOKIE_NAME = "__Host-weir-session" if HTTPS else "weir-session"
CSRF_COOKIE_NAME = "__Host-weir-form" if HTTPS else "weir-form"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = VALUES.max_body
FILE_UPLOAD_PERMISSIONS = 0o600
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False

globals().update(_mail())
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Weir <weir@{_public.hostname or 'localhost'}>"

CSRF_FAILURE_VIEW = "weir.shell.pages.views.forged"
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_ADAPTER = "weir.shell.accounts.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser; accounts.py ends the session itself
# Changing how one signs in (address, issuer) asks again who it is: an open session alone must not give an account away.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one takes the place of the old when its letter was answered
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever takes over a session cannot change how to sign in without a letter
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = INSTANCE
MFA_FORMS = {
    "authenticate_webauthn": "weir.shell.passkeys.SecondFactor",
    "login_webauthn": "weir.shell.passkeys.Alone",
    "reauthenticate_webauthn": "weir.shell.passkeys.Again",
}
# Browsers let passkeys be used without TLS on this machine itself, and nowhere else.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS and _public.hostname in {"localhost", "127.0.0.1", "::1"}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SOCIALACCOUNT_ADAPTER = "weir.shell.issuer.linking.Issuers"
OIDC_SECOND_FACTOR: bool = VALUES.oidc_second_factor
SOCIALACCOUNT_EMAIL_AUTHENTICATION: bool = VALUES.oidc_links_by_mail
# Linked once, an account stays linked when the address changes, and its holder is told by letter.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = SOCIALACCOUNT_EMAIL_AUTHENTICATION
# A form that leads to the issuer would be stopped by form-action 'self', so a link does; the state guards the way back.
SOCIALACCOUNT_LOGIN_ON_GET = True
_issuer = {
    "provider_id": "oidc",
    "name": _host_of(VALUES.oidc_issuer),
    "client_id": VALUES.oidc_client,
    "secret": VALUES.oidc_secret,
    "settings": {"server_url": VALUES.oidc_issuer},
}
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "provider_class": "weir.shell.issuer.provider.Issuer",
        "APPS": [_issuer] if VALUES.oidc_issuer else [],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": VALUES.log_level},
    # Addresses hold links that open something, search words and numbers of cases. What breaks, middleware.py tells.
    "loggers": {name: {"level": "CRITICAL"} for name in ("django.request", "django.security.csrf")},
}
