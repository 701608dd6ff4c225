"""Hypothesis strategies for FHIR R4 resources, generated from our definitions: right by construction, odd on purpose.

`resources()` makes resources of any type but those of `UNMADE`, with extensions, contained resources, choices, `_name`
siblings, decimals of odd precision and unicode, as hygie.fhir.core.json decodes them. What an invariant asks is built in by
`tests.strategies.rules`, by hand, and not by asking our validator: that one is what they test.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from hygie.fhir.core.definitions import Element, TypeDef, TypeRef, load
from tests.strategies import rules
from tests.strategies.primitives import PRIMITIVES, absolute, codes, ids, texts, uuids

Draw = Callable[..., Any]
Refer = Callable[[Draw, tuple[str, ...]], dict[str, Any]]
"""(draw, allowed types) → a Reference."""

_DEFINITIONS = load()
_EXTENSION_URLS = st.one_of(
    st.sampled_from(["https://example.org/fhir/StructureDefinition/couleur", "urn:oid:1.2.250.1.213.9"]),
    st.text("abcdef-", min_size=1, max_size=8).map("https://example.org/fhir/StructureDefinition/{}".format),
)
_SYSTEMS = st.one_of(
    st.sampled_from(["https://example.org/codes", "urn:oid:1.2.250.1.213.1.1.4.1", "urn:example:é"]), absolute
)
# Once in a resource: R4 says so of the id of an element.
_ELEMENT_IDS = st.builds("{}-{}".format, st.sampled_from(["a", "É", "x/y"]), st.uuids())
_LOINC = st.sampled_from(["8867-4", "718-7", "29463-7"])
# No finite list is published: any of these is of the set.
_OPEN_CODES = {
    "http://hl7.org/fhir/ValueSet/mimetypes": ("", ("text/plain", "application/pdf", "image/png; q=1")),
    "http://hl7.org/fhir/ValueSet/currencies": ("urn:iso:std:iso:4217", ("EUR", "XPF")),
    "http://hl7.org/fhir/ValueSet/ucum-units": ("http://unitsofmeasure.org", ("mg", "mmol/L", "%")),
    "http://loinc.org/vs/LL379-9": ("http://loinc.org", ("LA9658-1", "LA6692-3")),
    "http://hl7.org/fhir/ValueSet/languages": ("urn:ietf:bcp:47", ("fr", "en", "de-CH")),
    "http://hl7.org/fhir/ValueSet/all-languages": ("urn:ietf:bcp:47", ("fr", "br", "oc")),
}  # fmt: skip
_ANYTHING = ("Resource",)
# Their rules are about all of what is in them: tests make their own.
UNMADE = frozenset({"Bundle", "Parameters"})
RESOURCE_TYPES = tuple(sorted(_DEFINITIONS.resource_types - UNMADE))


def _any_reference(draw: Draw, targets: tuple[str, ...]) -> dict[str, Any]:
    """A reference in one of its forms, to a type that is allowed."""
    kind = draw(st.sampled_from(RESOURCE_TYPES if targets in ((), _ANYTHING) else targets))
    form = draw(st.integers(0, 6))
    if form == 0:
        return {"identifier": {"system": draw(_SYSTEMS), "value": draw(texts)}, "type": kind}
    if form == 1:
        return {"display": draw(texts)}
    if form == 2:
        return {"reference": draw(uuids)}
    local = draw(ids)
    if form == 3:
        return {"reference": f"https://example.org/fhir/{kind}/{local}/_history/{draw(ids)}"}
    return {"reference": f"{kind}/{local}"} | ({"type": kind} if form == 4 else {})


class Maker:
    """Makes one resource. `size`: how much there is below an object at each depth, less and less."""

    def __init__(self, draw: Draw, refer: Refer, *, inside: bool = False) -> None:
        self.draw = draw
        self._refer = refer
        self._inside = inside  # It is a contained resource, or one that contains nothing
        self.contained: list[dict[str, Any]] = []

    def resource(self, kind: str) -> dict[str, Any]:
        self._inside = not _DEFINITIONS.is_a(kind, "DomainResource")
        made = {"resourceType": kind} | self.object(_DEFINITIONS.types[kind], 0)
        if self.contained:
            made["contained"] = self.contained
        return made

    def object(self, kind: TypeDef, depth: int) -> dict[str, Any]:
        """An object of a type, with what is required and some of the rest."""
        if kind.name == "Reference":
            return self._reference((), depth)
        wanted = [
            each for each in kind.elements.values() if each.min > 0 or each.name in rules.ALWAYS.get(kind.name, ())
        ]
        free = [each for each in kind.elements.values() if each not in wanted and self._may_add(kind, each, depth)]
        if free:
            most = 5 if depth == 0 else 2 if depth == 1 else 1
            indexes = self.draw(st.sets(st.integers(0, len(free) - 1), max_size=most if depth < 4 else 0))
            wanted += [free[index] for index in sorted(indexes)]
        made: dict[str, Any] = {}
        for element in kind.elements.values():
            if element in wanted:
                self._add(made, kind, element, depth)
        if not made or made.keys() == {"id"}:
            self._fill(made, kind, depth)
        rules.mend(kind.name, made, self, depth)
        return made

    def _may_add(self, kind: TypeDef, element: Element, depth: int) -> bool:
        if element.max == 0 or element.name in ("contained", "implicitRules"):
            return False
        if element.name in ("modifierExtension", "extension"):
            return depth < 3
        if depth >= 3 and any(_DEFINITIONS.kinds[ref.code] != "primitive" for ref in element.types):
            return False
        return rules.may_add(kind.name, element.name)

    def _fill(self, made: dict[str, Any], kind: TypeDef, depth: int) -> None:
        """An object is not empty: the first thing that makes it something."""
        names = [each for each in kind.elements.values() if each.name not in ("id", "extension", "modifierExtension")]
        names = [each for each in names if rules.may_add(kind.name, each.name)] or list(kind.elements.values())
        plain = [each for each in names if _DEFINITIONS.kinds[each.types[0].code] == "primitive"]
        if kind.name == "Extension":
            plain = [kind.elements["value"]]
        self._add(made, kind, (plain or names)[0], depth)

    def _add(self, made: dict[str, Any], kind: TypeDef, element: Element, depth: int) -> None:
        types = [each for each in element.types if depth < 2 or _DEFINITIONS.kinds[each.code] == "primitive"]
        ref = self.draw(st.sampled_from(types or list(element.types)))
        name = next(name for name, each in element.json_names().items() if each is ref)
        if not element.is_list:
            values = [self.value(kind, element, ref, depth)]
        else:
            most = min(element.max or 3, 3 if depth == 0 else 1)
            values = [self.value(kind, element, ref, depth) for _ in range(self.draw(st.integers(1, max(1, most))))]
        made[name] = values if element.is_list else values[0]
        if (
            _DEFINITIONS.kinds[ref.code] == "primitive"
            and ref.code != "xhtml"
            and element.name not in ("id", "url", "div")
        ):
            self._add_sibling(made, name, element, depth)

    def _add_sibling(self, made: dict[str, Any], name: str, element: Element, depth: int) -> None:
        """`_name`: an id, an extension, or an extension instead of the value."""
        if self.draw(st.integers(0, 11)) or depth > 2:
            return
        beside = {"extension": [self.object(_DEFINITIONS.types["Extension"], 3)]}
        if self.draw(st.booleans()):
            beside = {"id": self.draw(_ELEMENT_IDS)} | beside
        if element.is_list:
            made[f"_{name}"] = [beside, *[None] * (len(made[name]) - 1)]
        else:
            made[f"_{name}"] = beside

    def value(self, kind: TypeDef, element: Element, ref: TypeRef, depth: int) -> Any:
        path = f"{kind.name}.{element.name}"
        if path in rules.VALUES:
            return self.draw(rules.VALUES[path])
        if element.name == "id" and kind.kind != "resource":
            return self.draw(_ELEMENT_IDS)
        if ref.code == "Resource":
            return self.inner(RESOURCE_TYPES)
        if ref.code == "Reference":
            return self._reference(ref.targets, depth)
        if path == "Extension.url":
            return self.draw(_EXTENSION_URLS)
        bound = self._bound(element)
        if (
            ref.code in ("code", "uri", "string")
            and bound
            and (ref.code == "code" or element.binding.strength == "required")
        ):
            return bound[1]
        if _DEFINITIONS.kinds[ref.code] == "primitive":
            return self.draw(PRIMITIVES[ref.code])
        made = self.object(_DEFINITIONS.types[ref.profile or ref.code], depth + 1)
        if bound and element.binding and element.binding.strength == "required":
            rules.bind(ref.code, made, bound)
        return made

    def _bound(self, element: Element) -> tuple[str, str] | None:
        """A (system, code) of the set that the element is bound to; None when that is open."""
        if element.binding is None or element.binding.strength in ("example",):
            return None
        url = element.binding.valueset.partition("|")[0]
        if url in _OPEN_CODES:
            system, known = _OPEN_CODES[url]
            return system, self.draw(st.sampled_from(known))
        found = _DEFINITIONS.valueset(url)
        return self.draw(st.sampled_from(sorted(found))) if found else None

    def coding(self) -> dict[str, Any]:
        if self.draw(st.booleans()):
            return {"system": "http://loinc.org", "code": self.draw(_LOINC)}
        return {"system": self.draw(_SYSTEMS), "code": self.draw(codes), "display": self.draw(texts)}

    def _reference(self, targets: tuple[str, ...], depth: int) -> dict[str, Any]:
        """To somewhere else; or, of a resource that is not contained itself, to one that it contains."""
        if depth <= 2 and not self._inside and len(self.contained) < 2 and self.draw(st.integers(0, 7)) == 0:
            open_ended = targets in ((), _ANYTHING)
            kinds = ("Organization", "Practitioner", "Device") if open_ended else targets
            kinds = tuple(each for each in kinds if each in RESOURCE_TYPES and each != "Binary")
            if not kinds:
                return self._refer(self.draw, targets)
            inner = self.inner(kinds)
            inner["id"] = f"c{len(self.contained)}.{self.draw(st.sampled_from(['x', 'A-1', 'b.2']))}"
            self.contained.append(inner)
            return {"reference": f"#{inner['id']}"}
        return self._refer(self.draw, targets)

    def inner(self, kinds: tuple[str, ...]) -> dict[str, Any]:
        """A resource for inside another one."""
        kind = self.draw(st.sampled_from(kinds))
        inner = Maker(self.draw, self._refer, inside=True)
        made = {"resourceType": kind} | inner.object(_DEFINITIONS.types[kind], 2)
        made.pop("text", None)
        meta = made.get("meta", {})
        for name in ("versionId", "lastUpdated", "security", "_versionId", "_lastUpdated"):
            meta.pop(name, None)
        if not meta.keys() - {"id"}:
            made.pop("meta", None)
        return made


@st.composite
def resources(draw: Draw, type: str = "", refer: Refer = _any_reference) -> dict[str, Any]:
    """A right resource of this type, or of any; `refer` makes its references."""
    return Maker(draw, refer).resource(type or draw(st.sampled_from(RESOURCE_TYPES)))


def resource_types() -> st.SearchStrategy[str]:
    return st.sampled_from(RESOURCE_TYPES)
