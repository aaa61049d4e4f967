"""The settings: where things are, who is let in, and how the house governs.

What never differs between installations (the schedule, the content security policy, the schema's
words) stands beside this file and is named here; so does what the proofs need (`proof.py`).
"""

from __future__ import annotations

from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from mlops_gov.api_schema import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from mlops_gov.connections import read_connections
from mlops_gov.content_security import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from mlops_gov.environment import (
    as_base_url,
    as_key,
    as_listeners,
    env,
    env_bool,
    env_int,
    env_list,
    env_secret,
    is_loopback,
    kept_secret,
    private_folder,
    read_services,
)
from mlops_gov.logs import LOGGING as LOGGING
from mlops_gov.mail import as_hour, as_mail_server, as_sender
from mlops_gov.places import BASE_DIR, VAR
from mlops_gov.proof import *  # noqa: F403
from mlops_gov.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE

read_services(VAR / "run" / "services.env")

# --- The server -----------------------------------------------------------------------------------
LISTEN = env("LISTEN", "127.0.0.1")
PORT = env_int("PORT", 8000)
DEBUG = env_bool("DEBUG")
SECRET_KEY = env_secret("SECRET_KEY") or kept_secret(VAR / "keys" / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
BEHIND_TLS = env_bool("BEHIND_TLS", not is_loopback(LISTEN))
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
WSGI_APPLICATION = "mlops_gov.wsgi.application"
ROOT_URLCONF = "mlops_gov.urls"

INSTALLED_APPS = [
    "registry",
    "audits",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "lucide",
    "csp",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    # Second factors alone: of its pages and addresses for accounts, none is included.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "registry.web.middleware.OriginMiddleware",
    "registry.web.middleware.RefusalMiddleware",
]
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
                "registry.web.context.frame",
            ],
        },
    },
]

# --- Where things are kept ------------------------------------------------------------------------
DATABASE_URL = env_secret("DATABASE_URL")
if not DATABASE_URL:
    raise ImproperlyConfigured(
        "No database. Start the embedded one with `make run`, or set DATABASE_URL to a PostgreSQL."
    )
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL has to name a PostgreSQL database.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_secret("REDIS_URL") or "redis://127.0.0.1:6379/0"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": private_folder(VAR / "files"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "mlops_gov.static_files.PackedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FILE_UPLOAD_HANDLERS = [
    "registry.services.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = private_folder(VAR / "uploads")
# Where rows lie in the clear while a run reads them.
SCRATCH_DIR = Path(env("SCRATCH_DIR", str(VAR / "scratch"))).resolve()

# Wraps the key of each file of people's rows. The old ones are there to read with, until
# `manage.py rotate_rows_key` has wrapped every file's key anew.
private_folder(VAR / "keys")
ROWS_KEY = as_key(
    "ROWS_KEY", env_secret("ROWS_KEY") or kept_secret(VAR / "keys" / "rows_key", length=32)
)
ROWS_OLD_KEYS = [
    as_key("ROWS_OLD_KEYS", text) for text in env_secret("ROWS_OLD_KEYS").replace(",", " ").split()
]

# Encrypts what one-time codes are made from; the old ones are there to read with.
SECOND_FACTOR_KEY = as_key(
    "SECOND_FACTOR_KEY",
    env_secret("SECOND_FACTOR_KEY") or kept_secret(VAR / "keys" / "second_factor_key", length=32),
)
SECOND_FACTOR_OLD_KEYS = [
    as_key("SECOND_FACTOR_OLD_KEYS", text)
    for text in env_secret("SECOND_FACTOR_OLD_KEYS").replace(",", " ").split()
]

# Data that is asked where it lies; people choose one by its name and never see the rest.
DATA_CONNECTIONS = read_connections(env("DATA_CONNECTIONS_FILE"))

# --- The workers ----------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True  # the row is the truth people see, not the queue's result
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = {
    "audits.perform_run": {"queue": "runs"},
    "audits.make_report": {"queue": "reports"},
}
(VAR / "run").mkdir(parents=True, exist_ok=True)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat")
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Who is told of what --------------------------------------------------------------------------
# Where people reach this server: links in mails begin with it, and events name it as their source.
BASE_URL = as_base_url("BASE_URL", env("BASE_URL", f"http://localhost:{PORT}"))
# "name=https://address" parts, separated by commas; each listener gets every event, signed. One in
# a private network is written name=private+https://address, or all of them are let in there.
EVENT_LISTENERS = as_listeners("EVENT_LISTENERS", env_list("EVENT_LISTENERS"))
EVENT_LISTENERS_MAY_BE_PRIVATE = env_bool("EVENT_LISTENERS_MAY_BE_PRIVATE")
EVENT_SECRET = env_secret("EVENT_SECRET") or kept_secret(VAR / "keys" / "event_secret")

# Where no server is named, mail goes into files.
MAIL_SERVER = as_mail_server("EMAIL_URL", env_secret("EMAIL_URL"))
EMAIL_BACKEND = f"django.core.mail.backends.{MAIL_SERVER.backend}.EmailBackend"
EMAIL_FILE_PATH = private_folder(VAR / "mail")
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starttls, MAIL_SERVER.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = as_sender("MAIL_FROM", env("MAIL_FROM", "mlops-gov <mlops-gov@localhost>"))
# People write their own address; where domains are named, only one of these.
MAIL_DOMAINS = env_list("MAIL_DOMAINS")
# From this hour on, on each person's clock, the daily mail is written.
DIGEST_HOUR = as_hour("DIGEST_HOUR", env_int("DIGEST_HOUR", 7))

# --- Who is let in --------------------------------------------------------------------------------
AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = ["registry.services.sign_ins.SignInBackend"]
CSRF_FAILURE_VIEW = "registry.web.refusals.csrf_failure"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
# Demo sign-ins work only where nobody else can reach the server, unless this switch is set by hand.
DEMO_REACHABLE = env_bool("DEMO_REACHABLE")
DEMO_SIGN_INS = is_loopback(LISTEN) or DEMO_REACHABLE

# One-time codes, recovery codes and passkeys, beside the password.
MFA_ADAPTER = "registry.services.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Wrong passwords at sign-in, from one address and for one account.
WRONG_SIGN_INS = env("WRONG_SIGN_INS", "20/m/ip,10/300s/key")
# Who is counted is told by the connection, or by our own proxy; a header anybody can write.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS else 0

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "registry.api.tokens.ExpiringTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "registry.api.refusals.exception_handler",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_THROTTLE_RATES": {"token": env("TOKEN_RATE", "20/min")},
}
REST_KNOX = {
    "AUTH_TOKEN_CHARACTER_LENGTH": 64,
    "TOKEN_TTL": None,  # each token's own expiry is set by the view that hands it out
    "EXPIRY_DATETIME_FORMAT": None,
}
TOKEN_HOURS = env_int("TOKEN_HOURS", 12)

# --- How the house governs ------------------------------------------------------------------------
ORGANISATION = env("ORGANISATION", "Example Bank")
ENVIRONMENTS = env_list("ENVIRONMENTS", "staging,production")
ARTEFACT_LIMIT = env_int("ARTEFACT_LIMIT_MIB", 512) * 2**20
TABLE_LIMIT = env_int("TABLE_LIMIT_MIB", 512) * 2**20
DOCUMENT_LIMIT = env_int("DOCUMENT_LIMIT_MIB", 5) * 2**20
# How long people's rows are kept unless their registrar says otherwise, and at the very most.
ROWS_KEPT_DAYS = env_int("ROWS_KEPT_DAYS", 730)
ROWS_KEPT_AT_MOST_DAYS = env_int("ROWS_KEPT_AT_MOST_DAYS", 3650)
if not 0 < ROWS_KEPT_DAYS <= ROWS_KEPT_AT_MOST_DAYS:
    raise ImproperlyConfigured(
        "ROWS_KEPT_DAYS has to be at least 1, and no more than ROWS_KEPT_AT_MOST_DAYS."
    )
SANDBOX_MEMORY = env_int("SANDBOX_MEMORY_MIB", 4096) * 2**20
SANDBOX_SECONDS = env_int("SANDBOX_SECONDS", 900)
RUN_LOST_AFTER_SECONDS = env_int("RUN_LOST_AFTER_SECONDS", 120)
SOURCE_COMMIT = env("SOURCE_COMMIT")

# --- Words and times ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "mlops_gov" / "locale"]
TIME_ZONE = env("TIME_ZONE", "UTC")
USE_TZ = USE_I18N = True
