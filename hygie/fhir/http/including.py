"""`_include` and `_revinclude`: `Type:parameter[:Target]`, `*`, and the spelling with a dot that French software uses.

https://hl7.org/fhir/R4/search.html#revinclude
"""

from hygie.fhir.core.definitions import load
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.core.search import fields
from hygie.fhir.core.search.fields import Kind, Param
from hygie.fhir.core.search.query import Include

_MODIFIERS = {"": False, "iterate": True, "recurse": True}


def read(resource_type: str, given: Parameter) -> list[Include]:
    """What one parameter asks to come with the matches; [] when it is not understood.

    Raises BadQuery(search-modifier). An include from another type than the one searched goes on from what was included, as
    with `:iterate`: French guides leave the word out (`_include=Slot:schedule&_include=Schedule:actor`).
    """
    if given.modifier not in _MODIFIERS or given.chain:
        raise BadQuery("This modifier is not supported.", code="search-modifier", path=f"http.{given.name}")
    reverse = given.name == "_revinclude"
    source, name, target = _parts(resource_type, given.value)
    if target and target not in load().resource_types:
        return []
    if name == "*" and not reverse:
        told = [param for param in fields.params_of(source).values() if param.kind is Kind.REFERENCE]
    else:
        param = fields.find_param(source, name)
        told = [param] if param is not None and param.kind is Kind.REFERENCE else []
    iterate = _MODIFIERS[given.modifier] or (not reverse and source != resource_type)
    return [each for param in told for each in _of(source, param, target, reverse=reverse, iterate=iterate)]


def _parts(resource_type: str, text: str) -> tuple[str, str, str]:
    """(type, parameter, target) of `Type:parameter:Target`, `Type.parameter`, `*`."""
    if text == "*":
        return resource_type, "*", ""
    parts = text.split(":") if ":" in text else text.split(".")
    if not 2 <= len(parts) <= 3:
        return resource_type, "", ""
    return parts[0], parts[1], parts[2] if len(parts) == 3 else ""


def _of(source: str, param: Param, target: str, *, reverse: bool, iterate: bool) -> list[Include]:
    own = fields.own_field(source)
    return [
        Include(source, (branch.field.number,), branch.field == own, only, reverse, iterate)
        for branch in param.branches
        for only in ((target,) if target else branch.targets or ("",))
        if not branch.targets or only in branch.targets
    ]
