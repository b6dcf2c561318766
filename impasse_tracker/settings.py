"""All settings, from the environment. A missing or weak value stops the start with a sentence."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from impasse_tracker.logs import configure_logs
from people.keys import sealing_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str, what_to_do: str) -> str:
    """The value of an environment variable; its absence is a sentence, not a traceback."""
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {what_to_do}")
    return value


# --- What kind of run this is ----------------------------------------------------------------

LOCAL: bool = env.bool("LOCAL", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
if DEBUG and not LOCAL:
    raise ImproperlyConfigured(
        "DEBUG is on outside a laptop. Tracebacks would show clinical text: unset DEBUG."
    )

SECRET_KEY = required(
    "SECRET_KEY", "Put 50 or more random characters there; keep them outside the code."
)
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY is too weak. Use 50 or more random characters "
        "(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')."
    )
FIELD_KEYS = required(
    "FIELD_KEYS",
    "Put one or more keys of 32 random bytes there, base64url, newest first, separated by commas.",
).split(",")
try:
    _ = [sealing_key(key) for key in FIELD_KEYS]
except ValueError:
    raise ImproperlyConfigured(
        "FIELD_KEYS holds something that is not 32 bytes in base64url. Make a key with "
        "python3 -c 'import secrets, base64; "
        "print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'."
    ) from None

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if LOCAL else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Name the host people type, as in app.example.org."
    )
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- What the house is made of ---------------------------------------------------------------

INSTALLED_APPS = [
    "impasse_tracker",
    "audit",
    "people",
    "impasses",
    "sessions_app",
    "trends",
    "supervision",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pwned_passwords_django",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_structlog",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # What every answer carries comes first: files, redirects and refusals carry it too.
    "impasse_tracker.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "impasse_tracker.middleware.BodyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the token is looked at: a refused one may show a form again.
    "impasse_tracker.middleware.SecondFactorMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "impasse_tracker.middleware.IdleMiddleware",
    "impasse_tracker.middleware.PersonMiddleware",
    "impasse_tracker.middleware.SignInMiddleware",
    "impasse_tracker.middleware.LimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "impasse_tracker.urls"
WSGI_APPLICATION = "impasse_tracker.wsgi.application"
ASGI_APPLICATION = "impasse_tracker.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "impasse_tracker.context.shell",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
# In the sign-in's own row, which signing out empties: a message may name a client.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Where things are kept -------------------------------------------------------------------


def database(name: str, what_to_do: str) -> dict[str, Any]:
    """One connection to PostgreSQL, with the time limits every statement lives under."""
    required(name, what_to_do)
    return env.db(name) | {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": "-c statement_timeout=15s -c lock_timeout=5s "
            "-c idle_in_transaction_session_timeout=60s",
        },
    }


DATABASES = {
    # Reads and writes everything behind row-level security; owns nothing.
    "default": database("DATABASE_URL", "Name the login impasse_web there, as postgres://...")
    | {"TEST": {"MIRROR": "owner"}},
}
if "DATABASE_OWNER_URL" in env.ENVIRON:
    # Owns the tables; used by `migrate` and to create test databases, never by the web.
    DATABASES["owner"] = database("DATABASE_OWNER_URL", "Name the login impasse_owner there.") | {
        "TEST": {"DEPENDENCIES": []}
    }
    DATABASES["owner"]["OPTIONS"] = {
        "connect_timeout": 5,
        "options": "-c lock_timeout=2s",
    }
else:
    del DATABASES["default"]["TEST"]

CACHES = {
    # In the database, so that the limits on guessing hold while the broker is down.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 200_000},  # at the default 300 a flood would end every limit
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # ours alone
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our files are for our pages
STORAGES = {
    "staticfiles": {"BACKEND": "impasse_tracker.storage.HashedStorage"},
}

# --- Who is there ----------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name"), "max_similarity": 0.6},
    },
    {"NAME": "people.password_words.WordsOfThePlace"},
]
if env.bool("BREACHED_PASSWORDS", default=not LOCAL):
    # Asks Have I Been Pwned with five letters of a hash; without an answer the lists above hold.
    AUTH_PASSWORD_VALIDATORS.append(
        {"NAME": "pwned_passwords_django.validators.PwnedPasswordsValidator"}
    )
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "people.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "people.sign_in_forms.SignInForm",
    "reset_password": "people.sign_in_forms.AskResetForm",
    "reset_password_from_key": "people.sign_in_forms.ResetForm",
    "change_password": "people.sign_in_forms.ChangeForm",
    "reauthenticate": "people.sign_in_forms.AgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/15m/ip,5/15m/key",  # a key is an account as it is typed
    "reset_password": "10/h/ip,3/h/key",
    "change_email": "5/h/user",
}
PASSWORD_RESET_TIMEOUT = 3600  # seconds
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_ADAPTER = "people.second_factor.SealedAdapter"
MFA_FORMS = {
    "activate_totp": "people.sign_in_forms.AppForm",
    "authenticate": "people.sign_in_forms.CodeForm",
    "authenticate_webauthn": "people.sign_in_forms.PasskeyCodeForm",
    "login_webauthn": "people.sign_in_forms.PasskeySignInForm",
    "add_webauthn": "people.sign_in_forms.PasskeyForm",
    "edit_webauthn": "people.sign_in_forms.PasskeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL  # http://localhost
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever is here was invited at that address
MFA_TOTP_ISSUER = "Impasse Tracker"
MFA_TOTP_TOLERANCE = 1  # half a minute early or late
# Nobody real has an address under .test (RFC 2606): the demonstration goes without.
NO_SECOND_FACTOR = (".test",) if LOCAL else ()

SIGN_IN_HOURS = 12  # signed out after this long whatever happens

SESSION_COOKIE_AGE = SIGN_IN_HOURS * 3600  # seconds its row stays
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "impasse_session" if LOCAL else "__Host-impasse_session"
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "impasse_csrf" if LOCAL else "__Host-impasse_csrf"
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "impasse_tracker.views.csrf_failure"

# --- What the browser may do -----------------------------------------------------------------

SECURE_HSTS_SECONDS = 0 if LOCAL else 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_SSL_REDIRECT = not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.int("TRUSTED_PROXY_COUNT", default=0) else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, str | list[str]] = {
    **{
        name: []
        for name in (
            "accelerometer",
            "autoplay",
            "camera",
            "display-capture",
            "encrypted-media",
            "fullscreen",
            "geolocation",
            "gyroscope",
            "hid",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "picture-in-picture",
            "screen-wake-lock",
            "serial",
            "usb",
            "xr-spatial-tracking",
        )
    },
    "publickey-credentials-get": "self",
    "publickey-credentials-create": "self",
}
# A note of a megabyte still reaches the form, which says so; a form may send six bytes a character.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # the longest form, a whole rule and its reason, has dozens
# How many a person may send or ask for in a minute. A page saves drafts by itself, once a second at
# most; on a laptop the program is tried with loads that no one person makes.
LIMITS = {
    "post": 6000 if LOCAL else 300,
    "search": 60,
    "export": 10,
}

# By view and method: each more is some thousand lines of /metrics.
PROMETHEUS_LATENCY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, float("inf"))

# Who may read /metrics from elsewhere than this machine; empty: nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="").strip()
if METRICS_TOKEN and len(METRICS_TOKEN) < 24:
    raise ImproperlyConfigured(
        "METRICS_TOKEN is too short. Use 24 or more random characters "
        "(python3 -c 'import secrets; print(secrets.token_urlsafe(32))'), or leave it empty."
    )

# --- Time and words --------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
HOME = f"http://localhost:{env.str('PORT', default='8000')}" if LOCAL else ALLOWED_HOSTS[0]
SITE_URL = env.str("SITE_URL", default="") or (HOME if LOCAL else f"https://{HOME.lstrip('.')}")
EMAIL_TIMEOUT = 5  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Impasse Tracker <noreply@localhost>")
if LOCAL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = BASE_DIR / ".local" / "mail"
elif "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email("EMAIL_URL"))

# --- Work behind the pages: Celery only rings the bell, the work is a row --------------------

CELERY_BROKER_URL = required("REDIS_URL", "Name the Redis-protocol server there, as redis://...")
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300  # always below visibility_timeout, or one message runs twice
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 3,  # a frozen broker still accepts connections
    "max_retries": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "assess what is waiting": {"task": "sessions_app.tasks.assess_waiting", "schedule": 30.0},
    "let prompts through": {"task": "sessions_app.tasks.announce_waiting", "schedule": 60.0},
    "write weeks and months": {"task": "trends.tasks.write_summaries", "schedule": 180.0},
    "write to people": {"task": "trends.tasks.write_to_people", "schedule": 600.0},
    "go on with replays": {"task": "sessions_app.tasks.replay_running", "schedule": 30.0},
    "forget old sign-ins": {"task": "sessions_app.tasks.tidy", "schedule": 3600.0},
    "say that beat is alive": {"task": "impasse_tracker.tasks.beat_seen", "schedule": 30.0},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# --- Logs: structured, with a request id, never a word of clinical text ----------------------

LOGGING = configure_logs(plain=LOCAL)
