"""`is`, `as` and `ofType`: FHIR types and System types. https://hl7.org/fhirpath/N1/#types"""

from hygie.fhir.core.fhirpath.errors import ExecutionFault, SemanticFault
from hygie.fhir.core.fhirpath.model import Model, Node
from hygie.fhir.core.fhirpath.run import Item, Items, Run
from hygie.fhir.core.fhirpath.syntax import TypeName
from hygie.fhir.core.fhirpath.values import SYSTEM_NAMES

_SYSTEM = frozenset({*SYSTEM_NAMES.values(), "Any"})


def check_known(model: Model, wanted: TypeName) -> None:
    """Raises SemanticFault for a type that neither FHIR nor System has."""
    match wanted.namespace:
        case "System":
            return
        case "":
            known = wanted.name in _SYSTEM or model.has(wanted.name)
        case "FHIR":
            known = model.has(wanted.name)
        case _:
            known = False
    if not known:
        raise SemanticFault("There is no type of this name.", at=wanted.at)


def is_of(item: Item, wanted: TypeName, *, exactly: bool = False) -> bool:
    """`exactly`: `as(string)` does not take a `code`, though a code is a string; for R4, only primitives are that strict."""
    if isinstance(item, Node):
        if wanted.namespace == "System":
            return False
        if exactly and item.shape.convert is not None:
            return wanted.name == item.shape.name
        return wanted.name in item.shape.ancestors
    if wanted.namespace == "FHIR":
        return False
    return wanted.name in (SYSTEM_NAMES[item.__class__], "Any")


def test(run: Run, items: Items, wanted: TypeName) -> Items:
    check_known(run.model, wanted)
    if len(items) > 1:
        raise ExecutionFault("`is` takes one item, not several.")
    return [is_of(items[0], wanted)] if items else []


def keep(run: Run, items: Items, wanted: TypeName, *, only_one: bool) -> Items:
    """The items of the type. `as` of several is an error only when the evaluation is strict: R4's own search parameters
    and invariants use it on lists."""
    if not items:
        check_known(run.model, wanted)
        return items
    if only_one and len(items) > 1 and run.strict:
        raise ExecutionFault("`as` takes one item, not several.")
    run.spend(1 + len(items))
    kept = [item for item in items if is_of(item, wanted, exactly=True)]
    # What an item is of is known.
    if not kept:
        check_known(run.model, wanted)
    return kept
