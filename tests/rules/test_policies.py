"""Every address has a policy and every policy has an address; what is open to anybody is written down here."""

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from hygie.access.types import Permission
from tests.rules import source

DOORS = {"hygie.config.urls": "hygie.portals.policy", "hygie.api.urls": "hygie.api.policy"}
# A new public address is a decision: it is read here by whoever reviews it.
PUBLIC_PAGES = {
    "health",
    "public:home",
    "public:sign_in",
    "public:federation_start",
    "public:federation_callback",
    "public:federation_left",
    "public:federation_provider_left",
    "public:second_step",
    "public:passkey",
    "public:passkey_options",
    "public:sign_in_levels",
    "public:forgotten",
    "public:forgotten_code",
    "public:forgotten_proof",
    "public:forgotten_password",
    "public:sign_out",
    "public:display",
    "public:language",
    "public:help",
    "public:accessibility",
    "public:privacy",
    "public:legal",
    "public:gallery",
}


@dataclass(frozen=True)
class Route:
    address: str
    name: str
    view: Any


def _routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, address, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield Route(address, f"{space}{pattern.name}", pattern.callback)


def _inventory(urls: str) -> list[Route]:
    if importlib.util.find_spec(urls) is None:
        pytest.fail(f"{urls} is missing")
    return list(_routes(get_resolver(urls)))


def _declared(folder: str) -> set[tuple[str, str]]:
    """(module, function or class) of everything under @policy(…)."""
    found = set()
    for path in source.python_files("hygie"):
        if not source.shown(path).startswith(folder):
            continue
        for node in ast.walk(source.parse(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
                if any(getattr(name, "id", getattr(name, "attr", "")) == "policy" for name in names):
                    found.add((source.module_name(path), node.name))
    return found


@pytest.mark.parametrize("urls", DOORS)
def test_every_address_has_a_policy(urls):
    find_policy = importlib.import_module(DOORS[urls]).find_policy
    routes = _inventory(urls)
    assert routes
    assert [route.address for route in routes if find_policy(route.view) is None] == []


@pytest.mark.parametrize("urls", DOORS)
def test_a_policy_names_permissions_that_exist(urls):
    find_policy = importlib.import_module(DOORS[urls]).find_policy
    known = {str(permission) for permission in Permission} | {"none"}
    unknown = {}
    for route in _inventory(urls):
        policy = find_policy(route.view)
        if policy is not None and not set(map(str, policy.permissions)) <= known:
            unknown[route.address] = policy.permissions
    assert unknown == {}


def _functions(view: Any) -> list[Any]:
    """A machine's address has a view for each method (`hygie.api.policy.Route`), a page has one."""
    return list(view.views.values()) if hasattr(view, "views") else [view]


def test_every_policy_is_reached_by_an_address():
    functions = [each for urls in DOORS for route in _inventory(urls) for each in _functions(route.view)]
    views = {(each.__module__, each.__qualname__) for each in functions}
    declared = _declared("hygie/portals/") | _declared("hygie/api/") | _declared("hygie/config/")
    assert declared - views == set()


def test_public_pages_are_those_of_the_list():
    find_policy = importlib.import_module("hygie.portals.policy").find_policy
    routes = [(route.name, find_policy(route.view)) for route in _inventory("hygie.config.urls")]
    assert {name for name, policy in routes if policy is not None and policy.audience == "public"} == PUBLIC_PAGES
