"""Pages open to everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.portals.policy import policy
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.forms import DisplayForm
from hygie.portals.public.specimens import specimens
from hygie.portals.ui.display import COOKIE, COOKIE_SECONDS, make_display, read_display


@policy("public", "none")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.actor is not None:
        return redirect("professional:home" if request.actor.kind == "professional" else "citizen:home")
    return render(request, "public/home.html")


@policy("public", "none")
@require_http_methods(["GET", "HEAD", "POST"])
def display_choices(request: HttpRequest) -> HttpResponse:
    """Theme, text size and spacing, by a plain form; the cookie holds these three words and nothing else."""
    chosen = read_display(request.COOKIES.get(COOKIE, ""))
    suite = safe_next(request, request.POST.get("suite") or request.GET.get("suite", ""), "")
    if request.method != "POST":
        form = DisplayForm(initial={"theme": chosen.theme, "size": chosen.size, "spacing": chosen.spacing})
        return render(request, "public/display.html", {"form": form, "suite": suite, "saved": "fait" in request.GET})
    form = DisplayForm(request.POST)
    if not form.is_valid():
        return render(request, "public/display.html", {"form": form, "suite": suite}, status=422)
    response = redirect(suite or f"{request.path}?fait=1")
    response.set_cookie(
        COOKIE,
        make_display(**form.cleaned_data).to_cookie(),
        max_age=COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@policy("public", "none")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("language", "")
    response = redirect(safe_next(request, request.POST.get("suite", ""), "/"))
    if wanted in dict(settings.LANGUAGES) and translation.check_for_language(wanted):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=COOKIE_SECONDS,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


@policy("public", "none")
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "public/help.html")


@policy("public", "none")
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "public/accessibility.html")


@policy("public", "none")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    limits = {
        "session_minutes": settings.HYGIE_SESSION_IDLE_SECONDS // 60,
        "session_hours": settings.HYGIE_SESSION_HOURS,
    }
    return render(request, "public/privacy.html", limits)


@policy("public", "none")
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "public/legal.html")


@policy("public", "none")
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "public/gallery.html", specimens())
