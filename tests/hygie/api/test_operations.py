"""hygie/fhir/http/operations.py says what the addresses do: both ways, for each type and level."""

import re

import pytest
from django.urls import Resolver404, get_resolver

from hygie.api.fhir.served import TYPES
from hygie.fhir.core.definitions import load
from hygie.fhir.http.operations import OPERATIONS, of_system, of_type

LEVELS = {"system": "/fhir/${name}", "type": "/fhir/{kind}/${name}", "instance": "/fhir/{kind}/1/${name}"}


def _methods(path):
    """The methods of the operation at this address; none when the address is another's (`$x` taken for an id)."""
    try:
        match = get_resolver("hygie.api.urls").resolve(path)
    except Resolver404:
        return set()
    return set(match.func.methods) - {"HEAD"} if match.route.endswith(path.rpartition("/")[2]) else set()


@pytest.mark.parametrize("name", sorted({each.name for each in OPERATIONS}))
def test_an_operation_is_answered_where_the_table_says_and_nowhere_else(name):
    rows = [each for each in OPERATIONS if each.name == name]
    wrong = []
    for level, address in LEVELS.items():
        for kind in sorted(TYPES) if level != "system" else [""]:
            expected = {method for row in rows if row.on(level, kind) for method in row.methods}
            path = address.format(kind=kind, name=name)
            if _methods(path) != expected:
                wrong.append((path, sorted(_methods(path)), sorted(expected)))
    assert wrong == []


def test_every_operation_that_has_an_address_is_in_the_table():
    routes = [str(each.pattern) for each in get_resolver("hygie.api.urls").url_patterns]
    routed = {found.group(1) for route in routes if (found := re.search(r"/\$([a-z-]+)$", route))}
    assert routed == {each.name for each in OPERATIONS}


def test_the_table_is_well_formed():
    kinds = load().kinds
    assert [each.name for each in OPERATIONS] == sorted(each.name for each in OPERATIONS)
    assert len({each.url for each in OPERATIONS}) == len(OPERATIONS)
    for each in OPERATIONS:
        assert each.url.startswith("http") and each.url.endswith((f"-{each.name}", f"/{each.name}"))
        assert each.levels and each.methods and each.summary.endswith(".")
        assert set(each.types) <= TYPES and (each.types == tuple(sorted(each.types)))
        assert not (each.affects_state and "GET" in each.methods), "GET changes nothing"
        for one in each.parameters:
            assert one.type in kinds if one.type else one.parts, one
            assert one.max == "*" or int(one.max) >= max(one.min, 1)


def test_a_type_has_its_operations():
    assert "everything" in [each.name for each in of_type("Patient")]
    assert "everything" not in [each.name for each in of_type("Observation")]
    assert all("system" in each.levels for each in of_system())
