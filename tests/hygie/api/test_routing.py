"""The short way to a route answers as the whole table does."""

import re

import pytest
from django.urls import Resolver404, get_resolver

from hygie.api import routing, urls

EXAMPLES = {"fhir_type": "Observation", "str": "b6f3c1de-0000-4000-8000-000000000000.abc", "int": "3"}
ROUTES = [str(each.pattern) for each in urls.urlpatterns]
OTHERS = [
    "",
    "fhir/Nothing",
    "fhir/Observation/",
    "fhir/Observation/1/2/3/4",
    "fhir/Observation/$nothing",
    "other",
    "fhir/Patient/x/_history/y/z",
]


def filled(route, values):
    return re.sub(r"<(\w+):\w+>", lambda found: values[found[1]], route)


def by_table(path):
    try:
        return get_resolver("hygie.api.urls").resolve(f"/{path}")
    except Resolver404:
        return None


@pytest.mark.parametrize(
    "path",
    [
        *(filled(route, EXAMPLES) for route in ROUTES),
        # An id that is spelled as the last word of a route, a type that is not served.
        *(filled(route, EXAMPLES | {"str": "_history"}) for route in ROUTES),
        *(filled(route, EXAMPLES | {"fhir_type": "Unknown"}) for route in ROUTES),
        *OTHERS,
    ],
)
def test_the_route_of_a_path_is_that_of_the_table(path):
    short, whole = routing.find(path), by_table(path)
    assert (short is None) == (whole is None)
    if short is not None and whole is not None:
        assert (short.func, short.kwargs, short.view_name) == (whole.func, whole.kwargs, whole.view_name)
