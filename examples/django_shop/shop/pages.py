"""The shop's pages: log-in, orders, and 「LINEと連携する」.

Source: LINE Developers, "Linking a LINE Official Account's user with your service's user".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from support.desk import desk

from linecs.idlink import InvitationError
from shop.models import Member

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show the shop, and members their orders."""
    member = Member.objects.filter(user_id=request.user.pk).first()
    links = desk().links.of_member(member.number) if member else ()
    return render(request, "shop/home.html", {"member": member, "links": links})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Ask a logged-in member whether the LINE account is theirs; send them on to LINE if so."""
    member = _member(request)
    token = (request.POST or request.GET).get("linkToken", "")
    try:
        if request.method == "POST":
            return redirect(desk().links.approve(token, member.number))
        desk().links.invited(token)
    except InvitationError:
        return render(request, "shop/expired.html")
    return render(request, "shop/link.html", {"member": member, "token": token})


@login_required
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """End the member's links."""
    for found in desk().links.of_member(_member(request).number):
        desk().links.unlink(found.customer_id, actor="customer")
    return redirect("home")


def _member(request: HttpRequest) -> Member:
    member = Member.objects.filter(user_id=request.user.pk).first()
    if member is None:
        raise PermissionDenied("会員ではないユーザーです。")
    return member


urlpatterns = [
    path("", home, name="home"),
    path("login", LoginView.as_view(template_name="shop/login.html"), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("account/link", link, name="link"),
    path("account/unlink", unlink, name="unlink"),
]
