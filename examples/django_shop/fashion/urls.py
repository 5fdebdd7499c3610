"""The shop's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("line/", include("support.line_views")),
    path("", include("shop.pages")),
]
