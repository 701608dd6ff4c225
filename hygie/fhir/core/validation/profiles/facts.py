"""StructureDefinition → what it says beyond R4: the facts that a resource, right R4 already, can still break.

Snapshot or differential, narrative and descriptions left out. https://hl7.org/fhir/R4/structuredefinition.html
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from hygie.fhir.core.definitions import Element, TypeRef, load

Object = dict[str, Any]
HL7 = "http://hl7.org/fhir/StructureDefinition/"
_PATHLESS = "http://hl7.org/fhirpath/"
_CODABLE = frozenset(["CodeableConcept", "Coding", "Quantity", "code", "string", "uri"])
_STRENGTHS = ("required", "extensible")


class Fact(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One element of a profile. `id` is that of the snapshot: `Patient.identifier:INS.system`; None or () says nothing.

    `types`: (code, profiles of it, profiles of its targets). `slicing`: (rules, ordered, ((type, path), …)).
    `constraints`: (key, severity, human, expression). `bounds`: (minValue, maxValue).
    """

    id: str
    min: int | None = None
    max: int | None = None
    types: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    fixed: Any = None
    pattern: Any = None
    binding: tuple[str, str] | None = None
    slicing: tuple[str, bool, tuple[tuple[str, str], ...]] | None = None
    constraints: tuple[tuple[str, str, str, str], ...] = ()
    is_must_support: bool = False
    max_length: int | None = None
    bounds: tuple[Any, Any] | None = None


class ProfileFacts(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """`base` is asked for when only the differential was published (`is_partial`)."""

    url: str
    version: str
    type: str
    base: str
    facts: tuple[Fact, ...]
    is_partial: bool = False


def read(definition: Object) -> ProfileFacts | None:
    """None for what is no profile: a logical model, another resource. Raises KeyError, TypeError, ValueError on nonsense."""
    if definition.get("resourceType") != "StructureDefinition" or definition.get("derivation") != "constraint":
        return None
    kind: str = definition["type"]
    if kind not in load().types:
        return None
    snapshot = definition.get("snapshot", {}).get("element")
    elements = snapshot or definition.get("differential", {}).get("element", ())
    told = (_fact(each, kind) for each in _identified(elements))
    return ProfileFacts(
        url=definition["url"],
        version=str(definition.get("version", "")),
        type=kind,
        base=str(definition.get("baseDefinition", "")),
        facts=tuple(each for each in told if each != Fact(each.id)),
        is_partial=not snapshot,
    )


def _identified(elements: Iterable[Object]) -> Iterable[Object]:
    """Differentials written by hand may leave the ids out: the path and the last slice name make them."""
    slices: dict[str, str] = {}
    for each in elements:
        if "id" in each:
            yield each
            continue
        path: str = each["path"]
        holder, _, last = path.rpartition(".")
        at = ".".join(filter(None, (slices.get(holder, holder), last)))
        if name := each.get("sliceName"):
            at = f"{at}:{name}"
        slices = {path_: id_ for path_, id_ in slices.items() if not path_.startswith(path + ".")} | {path: at}
        yield each | {"id": at}


def _fact(element: Object, kind: str) -> Fact:
    id: str = element["id"]
    known = _known(id, kind)
    is_root = "." not in id
    slicing = element.get("slicing")
    return Fact(
        id,
        min=_min(element, known) if not is_root else None,
        max=_max(element, known) if not is_root else None,
        types=_types(element, known) if not is_root else (),
        fixed=_starting(element, "fixed"),
        pattern=_starting(element, "pattern"),
        binding=_binding(element, known),
        slicing=None if slicing is None else _slicing(slicing, id),
        constraints=tuple(_constraints(element, kind, known)),
        is_must_support=element.get("mustSupport") is True and not is_root,
        max_length=element.get("maxLength"),
        bounds=_bounds(element),
    )


def _known(id: str, kind: str) -> tuple[Element, TypeRef] | None:
    """What R4 says of the element, by its id without slices; None when a step goes through a choice."""
    found: tuple[Element, TypeRef] | None = None
    for step in id.split(".")[1:]:
        name, _, slice_name = step.partition(":")
        element = load().types[kind].elements.get(name.removesuffix("[x]")) if kind in load().types else None
        if element is None:
            found = load().element_of(kind, name)
        elif element.choice and slice_name and (typed := load().element_of(kind, slice_name)):
            # `value[x]:valueQuantity`, as HL7 names such slices.
            found = element, typed[1]
        else:
            found = element, element.types[0] if len(element.types) == 1 or not element.choice else TypeRef("")
        if found is None:
            return None
        kind = found[1].code
    return found


def _min(element: Object, known: tuple[Element, TypeRef] | None) -> int | None:
    told: int | None = element.get("min")
    is_slice = ":" in element["id"].rpartition(".")[2]
    # A slice may be absent though its element is required.
    if not told:
        return None
    return None if known and known[0].min == told and not is_slice else told


def _max(element: Object, known: tuple[Element, TypeRef] | None) -> int | None:
    told = element.get("max", "*")
    if told == "*":
        return None
    return None if known and known[0].max == int(told) else int(told)


def _types(
    element: Object, known: tuple[Element, TypeRef] | None
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    told: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    for each in element.get("type", ()):
        code: str = each.get("code", "")
        if code.startswith(_PATHLESS) or not code:
            continue
        profiles = tuple(url for url in each.get("profile", ()) if r4_type(url) is None)
        targets = tuple(each.get("targetProfile", ()))
        told.append((code, profiles, targets))
    if known is None or any(profiles for _, profiles, _ in told):
        return tuple(told)
    allowed = {ref.code: set(ref.targets) for ref in known[0].types}
    plain = {_type_of(ref.code) for ref in known[0].types}
    narrowed = {code for code, _, _ in told} != plain
    aimed = any(targets and {_target(url) for url in targets} != allowed.get(code) for code, _, targets in told)
    return tuple(told) if narrowed or aimed else ()


def _type_of(code: str) -> str:
    """Of a backbone, the type that it is written with."""
    definition = load().types[code]
    return definition.base if definition.kind == "backbone" else code


def r4_type(canonical: str) -> str | None:
    """The type of R4 itself that this is the canonical of (SimpleQuantity too): its rules are checked with R4."""
    name = canonical.partition("|")[0].removeprefix(HL7)
    return name if name in load().types else None


def _target(url: str) -> str:
    return r4_type(url) or url.partition("|")[0]


def _binding(element: Object, known: tuple[Element, TypeRef] | None) -> tuple[str, str] | None:
    told = element.get("binding", {})
    valueset = told.get("valueSet", "").partition("|")[0]
    if told.get("strength") not in _STRENGTHS or not valueset:
        return None
    if len(_CODABLE.intersection(each.get("code", "") for each in element.get("type", ()))) > 1:
        # Which of the types it speaks of is not said: HL7's validator lets all of them be.
        return None
    own = known[0].binding if known else None
    if own and own.strength == "required" and own.valueset == valueset:
        return None
    return told["strength"], valueset


def _slicing(told: Object, id: str) -> tuple[str, bool, tuple[tuple[str, str], ...]] | None:
    """None for what every snapshot says: extensions are told apart by their url."""
    by = tuple((each["type"], each["path"]) for each in told.get("discriminator", ()))
    rules, is_ordered = told.get("rules", "open"), told.get("ordered") is True
    is_usual = (rules, is_ordered, by) == ("open", False, (("value", "url"),))
    return None if is_usual and id.rpartition(".")[2] in ("extension", "modifierExtension") else (rules, is_ordered, by)


def _constraints(
    element: Object, kind: str, known: tuple[Element, TypeRef] | None
) -> Iterable[tuple[str, str, str, str]]:
    """Those that the profile adds: R4's own come with the type."""
    type_name = known[1].code if known else kind if "." not in element["id"] else ""
    own = {each.key for each in load().invariants(type_name)} if type_name in load().types else set()
    for each in element.get("constraint", ()):
        is_r4 = each["key"] in own or each["key"] in ("ele-1", "ext-1") or r4_type(each.get("source", "")) is not None
        if "expression" in each and not is_r4:
            severity = "warning" if each.get("severity") == "warning" else "error"
            yield each["key"], severity, each.get("human", each["key"]), each["expression"]


def _bounds(element: Object) -> tuple[Any, Any] | None:
    low, high = _starting(element, "minValue"), _starting(element, "maxValue")
    return None if low is None and high is None else (low, high)


def _starting(element: Object, prefix: str) -> Any:
    return next((value for name, value in element.items() if name.startswith(prefix) and name != prefix), None)
