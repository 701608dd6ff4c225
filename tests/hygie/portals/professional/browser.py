"""A professional's browser, and what a person reads of a page."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from hygie.identity import actions as identity
from hygie.identity.types import Actor
from tests import factories


class Browser:
    """A professional's browser: follows redirects when asked, and knows the way to a record."""

    def __init__(self, actor: Actor, name: str) -> None:
        pk = identity.create_account(username=name, password=factories.PASSWORD, professional_id=actor.professional_id)
        self.client = Client()
        factories.enter(self.client, pk)

    @classmethod
    def citizen(cls, space_id: Any, name: str) -> "Browser":
        browser = cls.__new__(cls)
        pk = identity.create_account(username=name, password=factories.PASSWORD, space_id=space_id)
        browser.client = Client()
        factories.enter(browser.client, pk)
        return browser

    def url(self, name: str, **kwargs: Any) -> str:
        return reverse(f"professional:{name}", kwargs=kwargs)

    def get(self, name: str, **kwargs: Any) -> Any:
        query = kwargs.pop("query", {})
        return self.client.get(reverse(f"professional:{name}", kwargs=kwargs), query)

    def post(self, name: str, data: dict[str, Any] | None = None, *, follow: bool = False, **kwargs: Any) -> Any:
        return self.client.post(reverse(f"professional:{name}", kwargs=kwargs), data or {}, follow=follow)

    def find(self, world: factories.World, *, follow: bool = False) -> Any:
        data = {"matricule": world.ins.spaced, "born_on": "12/03/1984"}
        return self.post("search", data, follow=follow)

    def key(self, world: factories.World) -> str:
        """The key of the person's record in this session."""
        return str(re.search(r"patient=([\w-]+)", self.find(world)["Location"])[1])


def text(response: Any) -> str:
    """What a person reads, blanks folded."""
    body = re.sub(r"<(script|style|template).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&nbsp;", " ").replace("&#x27;", "'")
