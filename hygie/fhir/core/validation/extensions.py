"""Extensions: either a value or nested extensions, and for those that HL7 defines, the right place and type of value.

https://hl7.org/fhir/R4/extensibility.html. Of an extension that somebody else defined, nothing more can be said here.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Faults, Found, fault
from hygie.fhir.core.validation.primitives import Check
from hygie.fhir.core.validation.run import Run

Object = dict[str, Any]
MOST_WRONG = 100
"""Extensions of one element: beyond, nothing more is looked at."""


def check_extension(value: Object, _run: Run) -> Found:
    """ext-1, and the URL and type of value of one extension, nested or not."""
    names = [name.lstrip("_") for name in value if name.startswith(("value", "_value"))]
    if bool(names) == ("extension" in value):
        how = "keep one of them" if names else "add one of them"
        return fault("ext-1", f"An extension has either a value or nested extensions: {how}.", code="invariant")
    url = value.get("url", "")
    if "|" in url:
        return fault("extension-url", "The URL of an extension holds no version: take out `|` and what follows.", "url")
    defined = load().extension(url)
    if defined is not None and names and names[0] not in _value_names(defined.types):
        how = f"a value of type {' or '.join(defined.types)}" if defined.types else "nested extensions, not a value"
        return fault("extension-type", f"This extension is defined by HL7 with {how}.")
    return None


@cache
def _value_names(types: tuple[str, ...]) -> frozenset[str]:
    return frozenset("value" + each[0].upper() + each[1:] for each in types)


def place_check(path: str, type_name: str) -> Check:
    """Of the extensions of an element at `path` (`Patient.contact`), of a type whose bases count too."""
    # HL7 says Element for "anywhere", resources included.
    places = frozenset((path, path + "[x]", *_bases(type_name), "Element"))

    def check(found: list[Object], _run: Run) -> Found:
        faults: Faults = []
        for index, each in enumerate(found):
            faults += _check_place(each.get("url", ":"), places, f"[{index}]")
            if len(faults) > MOST_WRONG:
                break  # all of them are errors
        return faults or None

    return check


def _check_place(url: str, places: frozenset[str], step: str) -> Faults:
    if ":" not in url:
        return fault("extension-url", "The URL of an extension is absolute: it names its definition.", step, "url")
    defined = load().extension(url)
    if defined is None or not defined.contexts or not places.isdisjoint(defined.contexts):
        return []
    allowed = ", ".join(defined.contexts[:6])
    return fault("extension-place", f"HL7 defines this extension for: {allowed}.", step, code="structure")


def _bases(type_name: str) -> Iterator[str]:
    types = load().types
    while type_name:
        yield type_name
        type_name = types[type_name].base if type_name in types else ""
