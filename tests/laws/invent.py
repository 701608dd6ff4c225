"""Invented resources of any R4 type: what its search parameters look at, from values so few that they often meet.

Made from the definitions alone; the search compiler is not asked where anything is. They need not be valid: the store
keeps and indexes what it is given. `@Type/name` is a reference inside the space (see tests/hygie/fhir/store/shelf.py).
"""

import re
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from hygie.fhir.core.definitions import Element, TypeRef, load

CODES = ("a", "b", "c")
SYSTEMS = ("http://s.example", "http://t.example")
TEXTS = ("Été chaud", "ete", "Étage", "x, y|z")
URIS = ("http://u.example/a", "http://u.example/a/b", "urn:oid:1.2.3", "urn:oid:1.2.3.4")
DAYS = ("2026", "2026-03", "2026-03-16", "2026-03-17")
MOMENTS = (*DAYS, "2026-03-16T10:00:00Z", "2026-03-16T10:00:00+02:00", "2026-03-16T10:00:00.250Z")
NUMBERS = (-3, 0, 1, 2, 1.5, 1000)
UNITS = ("g", "kg", "mg")
UCUM = "http://unitsofmeasure.org"
NAMES = tuple("pqrstu")
"""Local ids of a record: the same few, whatever the type, so that references often lead somewhere."""
_DEPTH = 4
_APART = frozenset({"id", "meta", "contained", "extension"})


@cache
def words(type_name: str) -> frozenset[str]:
    """The names of elements in the expressions of the type's search parameters."""
    told = [each.expression for each in load().search_parameters(type_name).values()]
    told += [part.expression for each in load().search_parameters(type_name).values() for part in each.components]
    return frozenset(re.findall(r"[a-z]\w*", " ".join(told)))


def resource(type_name: str, rng: Random, others: tuple[str, ...] = (), *, full: float = 0.7) -> dict[str, Any]:
    """`others`: the types that are in the record, to which references go first; `full`: how likely each element is."""
    body = Invention(rng, words(type_name), frozenset(others), full).members(type_name, _DEPTH)
    if rng.random() < full:
        body["meta"] = {"tag": [_coding(rng)], "security": [_coding(rng)], "profile": [rng.choice(URIS)]}
        body["meta"]["source"] = rng.choice(URIS)
    owner = next(
        (name for name in ("subject", "patient", "beneficiary") if name in load().types[type_name].elements), ""
    )
    if owner and rng.random() < 0.9:
        one = {"reference": "@Patient/"}
        body[owner] = [one] if load().types[type_name].elements[owner].is_list else one
    return {**body, "resourceType": type_name}


@dataclass(frozen=True)
class Invention:
    rng: Random
    wanted: frozenset[str]
    others: frozenset[str]
    full: float

    def members(self, type_name: str, depth: int) -> dict[str, Any]:
        found = {}
        for element in load().types[type_name].elements.values():
            if element.name in _APART or element.name not in self.wanted or self.rng.random() > self.full:
                continue
            name, ref = self.rng.choice(list(element.json_names().items()))
            many = self.rng.randint(1, 2) if element.is_list else 1
            values = [each for _ in range(many) if (each := self._value(ref, element, depth)) not in (None, {})]
            if values:
                found[name] = values if element.is_list else values[0]
        return found

    def _value(self, ref: TypeRef, element: Element, depth: int) -> Any:
        if ref.code == "Reference":
            return self._reference(ref)
        if ref.code == "canonical":
            return self.rng.choice(URIS) + self.rng.choice(("", "|1"))
        if ref.code == "code":
            known = load().valueset(element.binding.valueset) if element.binding else ()
            return self.rng.choice(sorted(code for _, code in known or ())[:3] or CODES)
        if ref.code in _MADE:
            return _MADE[ref.code](self.rng)
        if depth and ref.code in load().types and load().types[ref.code].kind in ("backbone", "complex"):
            return self.members(ref.code, depth - 1)
        return None

    def _reference(self, ref: TypeRef) -> dict[str, Any]:
        targets = sorted(set(ref.targets) - {"Resource"}) or ["Device", *sorted(self.others)]
        near = [each for each in targets if each in self.others]
        kind, name = self.rng.choice(near if near and self.rng.random() < 0.8 else targets), self.rng.choice(NAMES)
        identified = {"identifier": _identifier(self.rng)} if self.rng.random() < 0.2 else {}
        if kind == "Patient":
            return {"reference": self.rng.choice(("@Patient/", "Patient/elsewhere"))} | identified
        written = [f"@{kind}/{name}"] * 6 + [f"{kind}/{name}"] * 2 + [f"http://elsewhere.example/{kind}/{name}", ""]
        chosen = self.rng.choice(written)
        return ({"reference": chosen} if chosen else {"display": "?"}) | identified


def _coding(rng: Random) -> dict[str, Any]:
    told = {"code": rng.choice(CODES), "system": rng.choice((*SYSTEMS, None)), "display": rng.choice((*TEXTS, None))}
    return {name: value for name, value in told.items() if value}


def _concept(rng: Random) -> dict[str, Any]:
    told: dict[str, Any] = {"coding": [_coding(rng) for _ in range(rng.randint(0, 2))]}
    if not told["coding"] or rng.random() < 0.3:
        told["text"] = rng.choice(TEXTS)
    return {name: value for name, value in told.items() if value}


def _identifier(rng: Random) -> dict[str, Any]:
    told: dict[str, Any] = {"system": rng.choice((*SYSTEMS, None)), "value": rng.choice(CODES)}
    if rng.random() < 0.4:
        told["type"] = {"coding": [{"system": rng.choice(SYSTEMS), "code": rng.choice(CODES)}]}
    return {name: value for name, value in told.items() if value}


def _quantity(rng: Random) -> dict[str, Any]:
    told: dict[str, Any] = {"value": rng.choice(NUMBERS)}
    unit = rng.choice((*UNITS, None))
    if unit:
        told |= {"unit": unit} | rng.choice(({"system": UCUM, "code": unit}, {"system": SYSTEMS[0], "code": unit}, {}))
    return told


def _period(rng: Random) -> dict[str, Any]:
    first, last = sorted((rng.choice(DAYS), rng.choice(DAYS)))
    return {name: value for name, value in (("start", first), ("end", last)) if rng.random() < 0.8}


def _range(rng: Random) -> dict[str, Any]:
    low = rng.choice(NUMBERS)
    return {"low": {"value": low, "unit": "g"}, "high": {"value": low + 1, "unit": "g"}}


_TEXT = {"string": TEXTS, "markdown": TEXTS, "uri": URIS, "url": URIS, "oid": URIS[2:], "id": CODES, "date": DAYS,
         "dateTime": MOMENTS, "instant": MOMENTS[4:], "boolean": (True, False), "decimal": NUMBERS,
         "integer": (0, 1, 2), "positiveInt": (1, 2), "unsignedInt": (0, 1)}  # fmt: skip
_MADE: dict[str, Any] = {
    **{name: lambda rng, values=values: rng.choice(values) for name, values in _TEXT.items()},
    **dict.fromkeys(("Quantity", "Age", "Duration"), _quantity),
    "Coding": _coding, "CodeableConcept": _concept, "Identifier": _identifier, "Period": _period, "Range": _range,
    "Timing": lambda rng: {"event": [rng.choice(MOMENTS) for _ in range(rng.randint(1, 2))]},
    "Money": lambda rng: {"value": rng.choice(NUMBERS), "currency": "EUR"},
    "HumanName": lambda rng: {"family": rng.choice(TEXTS), "given": [rng.choice(TEXTS)]},
    "Address": lambda rng: {"city": rng.choice(TEXTS), "country": "FR"},
    "ContactPoint": lambda rng: {"system": rng.choice(("phone", "email")), "value": rng.choice(CODES)},
}  # fmt: skip
