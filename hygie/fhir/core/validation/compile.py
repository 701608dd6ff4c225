"""Definitions → shapes. A profile will be another source of the same: elements that narrow those of the type."""

from functools import cache
from typing import Any

from hygie.fhir.core.definitions import Definitions, Element, TypeDef, TypeRef, load
from hygie.fhir.core.validation import bindings, bundles, datatypes, extensions, invariants, references, resources
from hygie.fhir.core.validation.issues import Found, fault, under
from hygie.fhir.core.validation.narrative import check_narrative
from hygie.fhir.core.validation.primitives import CHECKS, Check
from hygie.fhir.core.validation.run import Run
from hygie.fhir.core.validation.shapes import Rule, Shape, at_most, both, list_of, single, when_deep, with_part

# Their resources stand for themselves: `#` is read inside each.
_HOLDERS = ("Bundle.entry", "Bundle.entry.response", "Parameters.parameter")


@cache
def shape_of(name: str) -> Shape:
    """The shape of a type, or of a backbone by its path. It is filled at its first check."""
    return Shape(name, _fill)


def check_resource(value: Any, run: Run) -> Found:
    """A resource of any type, by its `resourceType`."""
    if type(value) is not dict:
        return fault("type", "A resource is expected here: a JSON object with `resourceType`.")
    kind = value.get("resourceType")
    if type(kind) is not str:
        return fault("resource-type", "`resourceType` is missing: add it.", code="required")
    if kind not in load().resource_types:
        return fault("resource-type", "`resourceType` is not a resource type of FHIR R4.", code="not-supported")
    return shape_of(kind).check(value, run)


def _check_contained(value: Any, run: Run) -> Found:
    if type(value) is dict and "contained" in value:
        return fault("dom-2", "A contained resource holds no other: move them one level up.", code="invariant")
    return check_resource(value, Run(value, deep=run.deep, root=run.root, allowance=run.allowance))


def _check_held(value: Any, run: Run) -> Found:
    return check_resource(value, Run(value, deep=run.deep, allowance=run.allowance))


def _fill(shape: Shape) -> None:
    definitions = load()
    kind = definitions.types[shape.name]
    shape.is_resource = kind.kind == "resource"
    required: list[tuple[str, str]] = []
    choices: list[tuple[str, bool, frozenset[str]]] = []
    if shape.is_resource:
        shape.checks["resourceType"] = _accept
    for element in kind.elements.values():
        names = element.json_names()
        for name, ref in names.items():
            shape.checks[name] = _element_check(kind, element, ref, definitions)
            if element.choice:
                shape.labels[name] = f"{element.name}.ofType({ref.code})"
            if definitions.kinds[ref.code] == "primitive":
                shape.primitives[name] = element.is_list
                shape.siblings[name] = _sibling_check(element, ref)
        if element.choice:
            choices.append((element.name, element.min > 0, frozenset(names)))
        elif element.min > 0:
            required.append((element.name, "_" + element.name if element.name in shape.primitives else ""))
    shape.required, shape.choices = tuple(required), tuple(choices)
    shape.rules = (*datatypes.RULES.get(_own_name(kind), ()), *_resource_rules(kind))
    shape.deep_rules = invariants.on_type(kind)


def _accept(_value: Any, _run: Run) -> Found:
    """`resourceType`, which chose the shape."""
    return None


def _own_name(kind: TypeDef) -> str:
    # Age, Count, Distance, Duration are Quantities.
    return "Quantity" if kind.base == "Quantity" else kind.name


def _resource_rules(kind: TypeDef) -> tuple[Rule, ...]:
    rules: tuple[Rule, ...] = resources.RULES.get(kind.name, ())
    if "contained" in kind.elements:
        rules = (_contained_rule, *rules)
    if kind.kind == "resource" and "extension" in kind.elements:
        rules = (_own_extensions(kind), *rules)
    if kind.name == "Bundle":
        rules = (bundles.check_bundle, *rules)
    return rules


def _contained_rule(value: dict[str, Any], run: Run) -> Found:
    return references.check_contained(value, run) if "contained" in value else None


def _element_check(kind: TypeDef, element: Element, ref: TypeRef, definitions: Definitions) -> Check:
    check = _value_check(kind, element, ref, definitions)
    for invariant in invariants.on_element(kind, element, ref.code):
        check = both(check, when_deep(invariant))
    if not element.is_list:
        return single(check)
    listed = list_of(check)
    return listed if element.max is None else at_most(listed, element.max)


def _value_check(kind: TypeDef, element: Element, ref: TypeRef, definitions: Definitions) -> Check:
    if ref.code == "xhtml":
        return check_narrative
    if definitions.kinds[ref.code] == "primitive":
        check = CHECKS[ref.code]
        if element.binding and ref.code == "code":
            return bindings.code_check(element.binding, check) or check
        # The elements of a StructureDefinition have the ids of what they define: twice the same in the two lists.
        is_link = element.name == "id" and kind.kind != "resource" and not kind.name.startswith("ElementDefinition")
        return _check_element_id if is_link else check
    if ref.code == "Resource" or (definitions.kinds[ref.code] == "resource"):
        return _check_held if kind.name in _HOLDERS else _check_contained
    return _complex_check(kind, element, ref)


def _complex_check(kind: TypeDef, element: Element, ref: TypeRef) -> Check:
    check: Check = shape_of(ref.code).check
    if element.binding and (bound := bindings.coding_check(element.binding, ref.code)):
        check = both(check, bound)
    if ref.code == "Reference" and ref.targets and "Resource" not in ref.targets:
        check = both(check, references.target_check(ref.targets))
    elif ref.profile == "SimpleQuantity":
        check = both(check, datatypes.check_simple_quantity)
    if ref.code == "Extension":
        return check
    return with_part(check, "extension", extensions.place_check(element.path.removesuffix("[x]"), ref.code))


def _sibling_check(element: Element, ref: TypeRef) -> Check:
    place = extensions.place_check(element.path.removesuffix("[x]"), ref.code)
    return with_part(shape_of("Element").check, "extension", place)


def _own_extensions(kind: TypeDef) -> Rule:
    """Of a resource: its extensions are those of no element."""
    place = extensions.place_check(kind.name, kind.name)

    def check(value: dict[str, Any], run: Run) -> Found:
        found = place(value["extension"], run) if "extension" in value else None
        return list(under("extension", found)) if found else None

    return check


def _check_element_id(value: Any, run: Run) -> Found:
    """An id of an element: unique in its resource, so that a link can name it."""
    if found := CHECKS["string"](value, run):
        return found
    if value in run.element_ids:
        return fault("element-id", "Two elements of this resource have the same id.", code="duplicate")
    run.element_ids.add(value)
    return None
