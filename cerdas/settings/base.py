"""Settings shared by all environments. The environment is read here and nowhere else."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from cerdas.settings.databases import databases_from_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated environment variable as a list of its non-empty parts."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_flag(name: str, *, default: bool) -> bool:
    """Return a switch: 1 is on, 0 is off."""
    return os.environ.get(name, "1" if default else "0") == "1"


def _origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


LOCAL_DIR = Path(os.environ.get("CERDAS_LOCAL_DIR", BASE_DIR / ".local"))
DEMO_ALLOWED = False
DEBUG = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "cerdas.views.csrf_failure"

INSTALLED_APPS = [
    "cerdas.apps.CerdasConfig",  # first: its migrate and templates replace those of Django
    "satker.apps.SatkerConfig",
    "masterdata.apps.MasterdataConfig",
    "kegiatan.apps.KegiatanConfig",
    "assignments.apps.AssignmentsConfig",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",  # our sites; admin.py is found by cerdas
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
]

MIDDLEWARE = [
    "cerdas.middleware.SatkerPrefixMiddleware",
    "cerdas.middleware.ApiCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cerdas.browser_middleware.BrowserContentPolicy",
    "cerdas.browser_middleware.TextGZip",
    "cerdas.browser_middleware.BrowserSession",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cerdas.browser_middleware.BrowserCsrf",
    "cerdas.browser_middleware.BrowserAuthentication",
    "cerdas.browser_middleware.BrowserMessages",
    "cerdas.browser_middleware.BrowserFrames",
    "allauth.account.middleware.AccountMiddleware",
    "cerdas.middleware.TenantMiddleware",
    "cerdas.second_factor.SecondFactorMiddleware",
]

ROOT_URLCONF = "cerdas.urls"
SATKER_URLCONF = "cerdas.urls_satker"
WSGI_APPLICATION = "cerdas.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# default: the login role, row-level security applies. direct: the same role on a connection of its
# own, for what must outlive a refusal (sign-in counters, look-up log). owner: migrations only.
DATABASES = databases_from_environment()
DATABASE_ROUTERS = ["cerdas.routers.OwnerMigrates"]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        # The default of 300 entries would cull live rates of a census within minutes.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

AUTH_USER_MODEL = "satker.User"
AUTHENTICATION_BACKENDS = [
    "satker.auth_backends.PasswordBackend",  # every password, whatever the door, is counted
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: no row for people who are not signed in
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Paths instead of names: the addresses of an office are a URL configuration of their own.
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 6 * 60 * 60  # seconds; mail is slow where the network is

# Google as an OpenID Connect provider; without client id there is no button and no door.
GOOGLE_CLIENT_ID = os.environ.get("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = os.environ.get("GOOGLE_CLIENT_SECRET", "")
GOOGLE_ISSUER = os.environ.get("GOOGLE_ISSUER", "https://accounts.google.com").rstrip("/")
# People with an admin role set up a second factor before they see an admin page.
MFA_REQUIRED_FOR_ADMINS = env_flag("MFA_REQUIRED_FOR_ADMINS", default=False)

ACCOUNT_ADAPTER = "satker.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # the form itself is closed: see the adapter
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by admins, or come verified from Google
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_FORMS = {
    "change_password": "satker.sign_in_forms.ChangePasswordForm",
    "reset_password": "satker.sign_in_forms.ResetPasswordForm",
}
# Passwords and codes are counted in sign_in_attempts, exactly; these are approximate. A training
# room of a hundred officers signs in from one address, hence no limit per address there.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "20/15m/key",
    "change_password": None,
    "reauthenticate": None,
    "reset_password": "100/m/ip,5/15m/key",
    "reset_password_from_key": "100/m/ip",
}
SOCIALACCOUNT_ADAPTER = "satker.google.GoogleAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # it empties passwords; GoogleAdapter links itself
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds
MFA_ADAPTER = "satker.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # one step of 30 s each way: phones in the field keep poor time
MFA_FORMS = {
    "authenticate": "satker.sign_in_forms.AuthenticateForm",
    "reauthenticate": "satker.sign_in_forms.ReauthenticateForm",
}
HEADLESS_CLIENTS = ["browser"]

KNOX_TOKEN_MODEL = "satker.DeviceToken"
REST_KNOX = {
    "TOKEN_TTL": None,  # set per token: TOKEN_TTL_DAYS
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_MODEL": "satker.DeviceToken",
    "AUTO_REFRESH": False,
}
TOKEN_TTL_DAYS = 120  # a census with its grace fits; sign-out and release end a token at once

# Failed sign-ins counted in sign_in_attempts (design, section 3).
SIGN_IN_WINDOW_SECONDS = 15 * 60
SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS = 5
SIGN_IN_LIMIT_PER_EMAIL = 50
SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE = 600  # phones share the addresses of their carrier
RECRUIT_LOOKUPS_PER_HOUR = 200
NUM_PROXIES = int(os.environ.get("NUM_PROXIES", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = NUM_PROXIES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cerdas.api.authentication.TenantAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["cerdas.api.parsers.OrjsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["cerdas.api.renderers.OrjsonRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cerdas.api.errors.exception_handler",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cerdas API",
    "DESCRIPTION": "Field operation of a statistical office: assignments, responses, review.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cerdas.api.openapi.document_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ResponseStatusEnum": "assignments.models.ResponseStatus",
        "RoleEnum": "satker.permissions.INVITATION_ROLES",
        "InvitationStateEnum": "satker.models.InvitationState",
        "OperationTypeEnum": "assignments.models.OperationType",
    },
}

# Limits of what one request may carry, in bytes.
API_BODY_LIMIT_BYTES = 1 * 2**20
OPERATIONS_BODY_LIMIT_BYTES = 5 * 2**20
ATTACHMENT_LIMIT_BYTES = 25 * 2**20
OPERATIONS_PER_REQUEST = 200
DATA_UPLOAD_MAX_MEMORY_SIZE = OPERATIONS_BODY_LIMIT_BYTES

ATTACHMENT_TYPES = {  # what the content may be, after sniffing it: type -> file suffix
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
}
ATTACHMENT_THUMBNAIL_PIXELS = 320
ATTACHMENT_ORPHAN_HOURS = 24
OPERATION_RETENTION_DAYS = 90  # after the end of the kegiatan
# `purge_audit` deletes nothing younger: two years, longer than a census with its evaluation.
AUDIT_KEEP_DAYS = int(os.environ.get("AUDIT_KEEP_DAYS", "730"))

MOBILE_APP_DIR = Path(os.environ.get("MOBILE_APP_DIR", BASE_DIR / "pwa" / "dist"))
OFFICE_APP_DIR = Path(os.environ.get("OFFICE_APP_DIR", BASE_DIR / "pwa" / "dist-office"))
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", LOCAL_DIR / "media"))
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", LOCAL_DIR / "static"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "cerdas.storage.DurableFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
if os.environ.get("ATTACHMENTS_S3_BUCKET"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": os.environ["ATTACHMENTS_S3_BUCKET"],
            "endpoint_url": os.environ.get("ATTACHMENTS_S3_ENDPOINT"),
            "default_acl": "private",
            "file_overwrite": True,
        },
    }

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "cerdas.formats"
TIME_ZONE = "UTC"  # pages show the zone of the office: cerdas/time_zones.py
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        # Browsers check the redirects of a form too: the Google button leads there.
        "form-action": ["'self'", *([_origin(GOOGLE_ISSUER)] if GOOGLE_CLIENT_ID else [])],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # which task is registered under which name, at every start of every command
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
}
