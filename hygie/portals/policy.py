"""The policy of a view: who may open its URL, and which permissions the subjects check behind it.

`HumanDoor` reads the audience before the view runs; a view without a policy is refused. The permissions are a
declaration that the route inventory test compares with the subjects' own list: doors hold no rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from django.http import HttpResponseBase

Audience = Literal["public", "citizen", "professional", "signed-in"]
AUDIENCES: tuple[Audience, ...] = ("public", "citizen", "professional", "signed-in")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Policy:
    audience: Audience
    permissions: tuple[str, ...]


def policy(audience: Audience, *permissions: str) -> Callable[[View], View]:
    """Declare the audience and the permissions (`access.types.Permission` values, or "none") of a view.

    The decorator goes outermost, so that what the URL names is what carries the policy.
    """
    if audience not in AUDIENCES:
        raise ValueError(f"unknown audience: {audience}")
    if not permissions:
        raise ValueError("a policy names at least one permission, or 'none'")

    def declare(view: View) -> View:
        view.hygie_policy = Policy(audience, tuple(str(each) for each in permissions))  # type: ignore[attr-defined]
        return view

    return declare


def find_policy(view: object) -> Policy | None:
    found = getattr(view, "hygie_policy", None)
    return found if isinstance(found, Policy) else None
