"""The shop's settings; whatever is secret or differs between machines comes from outside."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

DATA_FOLDER = Path(os.environ.get("SHOP_FOLDER", Path(__file__).parents[1] / ".demo"))
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
_IS_HTTPS = PUBLIC_URL.startswith("https:")

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", urlsplit(PUBLIC_URL).hostname]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _IS_HTTPS else None

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "shop",
    "support",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "fashion.urls"
WSGI_APPLICATION = "fashion.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

if "PGDATABASE" in os.environ:  # PGHOST, PGUSER and PGPASSWORD are libpq's own
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
        }
    }
else:
    DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_FOLDER / "shop.sqlite3",
            # The desk writes within atomic(), which must begin as a writer then.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
STATIC_URL = "static/"
STATIC_ROOT = DATA_FOLDER / "static"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
LOGIN_URL = "login"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django.server": {"level": "WARNING"}},  # no line for each page
}

# The channel, as `linecs.Channel` takes it.
LINE = {
    "bot_user_id": os.environ.get("LINE_BOT_USER_ID", ""),
    "secrets": os.environ.get("LINE_CHANNEL_SECRET", ""),
    "access_token": os.environ.get("LINE_ACCESS_TOKEN", ""),
    "api_url": os.environ.get("LINE_API_URL", "https://api.line.me"),
}
LINE_DIALOG_URL = os.environ.get("LINE_DIALOG_URL", "")
