"""What every page of this portal gives to its template."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def is_acting(request: HttpRequest) -> bool:
    """The citizen looks at the space of somebody that he represents."""
    return bool(request.space_id != request.actor.space_id)


def titled(request: HttpRequest, own: str, other: str) -> str:
    """A page's name: `own` in one's own space, `other` with %(name)s in the space of somebody else."""
    if not is_acting(request):
        return own
    traits = request.person.traits
    return other % {"name": said(traits.used_given or traits.first_given)}


def said(name: str) -> str:
    """A given name as it is said, when the register writes it in capitals: « JEAN-PIERRE » is « Jean-Pierre »."""
    return name.title() if name.isupper() else name


def render_page(
    request: HttpRequest,
    template: str,
    *,
    nav: str,
    title: str,
    parent: tuple[str, str] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """`title` is the page's name and its h1; `parent` is (URL name, label) of the step above in the breadcrumbs."""
    values = {
        "nav": nav,
        "title": title,
        "parent_url": reverse(parent[0]) if parent else "",
        "parent_label": parent[1] if parent else "",
        "acting": is_acting(request),
        **context,
    }
    return render(request, f"citizen/{template}.html", values, status=status)


def render_confirmation(
    request: HttpRequest,
    *,
    title: str,
    parent: tuple[str, str],
    lead: str,
    consequences: list[str],
    button: str,
    cancel_url: str,
    danger: bool = False,
    warning: str = "",
    fields: dict[str, str] | None = None,
    form: Any = None,
    nav: str = "access",
    status: int = 200,
) -> HttpResponse:
    """A step before an act that changes who sees what: what will happen, one button to do it, one link to leave."""
    return render_page(
        request,
        "confirmation",
        nav=nav,
        title=title,
        parent=parent,
        status=status,
        lead=lead,
        consequences=consequences,
        button=button,
        cancel_url=cancel_url,
        danger=danger,
        warning=warning,
        fields=fields or {},
        form=form,
    )
