"""Which route answers a path, found among the few of its shape: the table of `urls.py` has many routes, most of them alike.

A converter never takes a "/", so a route answers paths of its own number of steps; and a route whose last step is a word
(`_history`, `$everything`) answers paths that end so.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from django.urls import ResolverMatch, URLPattern

from hygie.api import urls


def find(path: str) -> ResolverMatch | None:
    """The first route of the table that answers this path, without its first "/"."""
    steps, _, last = path.count("/"), *path.rpartition("/")[1:]
    by_last, others = _table().get(steps, ({}, ()))
    for route in by_last.get(last, others):
        if (match := route.resolve(path)) is not None:
            return match
    return None


_Shape = tuple[Mapping[str, Sequence[URLPattern]], Sequence[URLPattern]]


@cache
def _table() -> dict[int, _Shape]:
    """For each number of steps: the routes by the word they end with, among those that end with anything; and these alone.

    Always in the order of `urls.py`.
    """
    found: dict[int, _Shape] = {}
    routes: dict[int, list[tuple[str, URLPattern]]] = {}
    for route in urls.urlpatterns:
        text = str(route.pattern)
        last = text.rpartition("/")[2]
        routes.setdefault(text.count("/"), []).append(("<" if "<" in last else last, route))
    for steps, told in routes.items():
        words = {last for last, _ in told if last != "<"}
        by_last = {word: [route for last, route in told if last in (word, "<")] for word in words}
        found[steps] = (by_last, [route for last, route in told if last == "<"])
    return found
