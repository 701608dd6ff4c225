"""The functions that FHIR adds. https://hl7.org/fhir/R4/fhirpath.html#functions"""

from typing import Any

from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.functions.signature import Function, text_argument
from hygie.fhir.core.fhirpath.functions.signature import single as single_item
from hygie.fhir.core.fhirpath.model import Node
from hygie.fhir.core.fhirpath.run import Code, Items, Run, plain

_CODED = frozenset({"code", "string", "uri", "Coding", "CodeableConcept"})
_BASE = "http://hl7.org/fhir/StructureDefinition/"


def _extension(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    url = text_argument(run, this, arguments[0], "extension()")
    out: Items = []
    for item in items:
        if not isinstance(item, Node):
            continue
        data = item.value if isinstance(item.value, dict) else item.extra
        if data is not None and "extension" in data:
            found = item.shape.reader("extension")(data)
            out += [each for each in found if isinstance(each.value, dict) and each.value.get("url") == url]
    run.spend(len(out))
    return out


def _has_value(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    return [len(items) == 1 and _value(items[0]) is not None]


def _get_value(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    value = _value(items[0]) if len(items) == 1 else None
    return [] if value is None else [value]


def _value(item: Any) -> Any:
    """The System value of a primitive, None for what has children."""
    value = plain(item)
    return None if isinstance(value, Node) else value


def _resolve(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    out: Items = []
    for item in items:
        run.spend(4)
        target = _target(run, _reference(item))
        if target is not None:
            out.append(target)
    return out


def _reference(item: Any) -> str | None:
    if isinstance(item, Node) and isinstance(item.value, dict):
        found = item.value.get("reference")
        return found if isinstance(found, str) else None
    value = plain(item)
    return value if isinstance(value, str) else None


def _target(run: Run, reference: str | None) -> Node | None:
    if not reference:
        return None
    if reference.startswith("#"):
        return _contained(run, reference[1:])
    if run.environment.resolve is None:
        return None
    found = run.environment.resolve(reference)
    return None if found is None else run.model.resource(dict(found))


def _contained(run: Run, local_id: str) -> Node | None:
    for root in (*run.resource, *run.root):
        if not isinstance(root, Node) or not isinstance(root.value, dict):
            continue
        if not local_id:
            return root
        for each in root.value.get("contained") or ():
            run.spend(1)
            if isinstance(each, dict) and each.get("id") == local_id:
                return run.model.resource(each)
    return None


def _member_of(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    item = single_item(items, "memberOf()")
    valueset = text_argument(run, this, arguments[0], "memberOf()")
    if item is None or valueset is None or run.environment.member_of is None:
        return []
    if isinstance(item, Node) and not item.shape.ancestors & _CODED:
        raise ExecutionFault("memberOf() takes a code, a Coding or a CodeableConcept.")
    found = run.environment.member_of(item.value if isinstance(item, Node) else item, valueset)
    return [] if found is None else [found]


def _conforms_to(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    item = single_item(items, "conformsTo()")
    profile = text_argument(run, this, arguments[0], "conformsTo()")
    if item is None or profile is None:
        return []
    if run.environment.conforms_to is not None and isinstance(item, Node):
        found = run.environment.conforms_to(item.value, profile)
        if found is not None:
            return [found]
    name = profile.partition("|")[0].removeprefix(_BASE)
    if not profile.startswith(_BASE) or not run.model.has(name):
        raise ExecutionFault("conformsTo() met a profile that is not known here.")
    # A type is its own first profile; what is in it is the validator's business.
    return [isinstance(item, Node) and name in item.shape.ancestors]


def _html_checks(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    check = run.environment.html_checks
    if check is None:
        return []
    out: Items = []
    for item in items:
        value = plain(item)
        out.append(isinstance(value, str) and check(value))
    return out


FUNCTIONS = {
    "extension": Function(_extension, 1, 1, gives="Extension"),
    "hasValue": Function(_has_value, gives="Boolean"),
    "getValue": Function(_get_value, gives=""),
    "resolve": Function(_resolve),
    "memberOf": Function(_member_of, 1, 1, gives="Boolean"),
    "conformsTo": Function(_conforms_to, 1, 1, gives="Boolean"),
    "htmlChecks": Function(_html_checks, gives="Boolean"),
}
