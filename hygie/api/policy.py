"""The policy of a machine address: who may call it, and which permissions the subjects check behind it.

`MachineDoor` reads the audience before the view runs; an address without a policy is not served. The same shape as
hygie/portals/policy.py: the route inventory test walks both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from django.http import HttpRequest, HttpResponse

Audience = Literal["public", "client"]
AUDIENCES: tuple[Audience, ...] = ("public", "client")
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Policy:
    """`permissions` are `access.types.Permission` values, or "none"; `interaction` is the FHIR one, for /metadata."""

    audience: Audience
    permissions: tuple[str, ...]
    interaction: str = ""
    methods: dict[str, "Policy"] = field(default_factory=dict)


def policy(audience: Audience, *permissions: str, interaction: str = "") -> Callable[[View], View]:
    """Declare who may call a view, and what is checked behind it."""
    if audience not in AUDIENCES:
        raise ValueError(f"unknown audience: {audience}")
    if not permissions:
        raise ValueError("a policy names at least one permission, or 'none'")

    def declare(view: View) -> View:
        view.hygie_policy = Policy(audience, tuple(str(each) for each in permissions), interaction)  # type: ignore[attr-defined]
        return view

    return declare


def find_policy(view: object) -> Policy | None:
    found = getattr(view, "hygie_policy", None)
    return found if isinstance(found, Policy) else None


class Route:
    """One address: a view for each HTTP method, each with its policy. GET also answers HEAD."""

    def __init__(self, **views: View) -> None:
        self.views = {method.upper(): view for method, view in views.items()}
        if "GET" in self.views:
            self.views["HEAD"] = self.views["GET"]
        policies = {method: find_policy(view) for method, view in self.views.items()}
        if not policies or None in policies.values():
            raise ValueError("each method of a route declares its policy")
        self.methods = {method: found for method, found in policies.items() if found is not None}
        first = next(iter(self.methods.values()))
        permissions = {name for each in self.methods.values() for name in each.permissions}
        # The loosest audience of the methods: the door looks at the method's own policy.
        audience: Audience = "public" if any(p.audience == "public" for p in self.methods.values()) else "client"
        self.hygie_policy = Policy(audience, tuple(sorted(permissions)), first.interaction, self.methods)

    @property
    def allow(self) -> str:
        return ", ".join(sorted(self.views))

    def __call__(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        return self.views[request.method or "GET"](request, **kwargs)
