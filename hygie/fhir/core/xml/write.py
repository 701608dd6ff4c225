"""A resource, as `hygie.fhir.core.json` reads it, to FHIR XML: elements in the order of the definitions, no white space."""

import re
from decimal import Decimal
from typing import Any

from lxml import etree

from hygie.fhir.core.xml.shapes import DIV, FHIR, Field, Shape, resource_types, shape_of
from hygie.lib.errors import Invalid

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_has_special = re.compile(r"[&<>\"\x00-\x1f\ud800-\udfff\ufffe\uffff]").search
# Characters that XML 1.0 has no way to write.
_has_forbidden = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
# A line end or a tab inside an attribute would be read as a blank.
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_INTEGERS = frozenset(["integer", "positiveInt", "unsignedInt"])


class _Fault(Exception):
    """`steps` of the path, the innermost first."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.steps: list[str] = []


def write(resource: dict[str, Any]) -> bytes:
    """UTF-8 XML that `read` turns into an equal dict.

    Raises Invalid (not-xml-type, not-xml-element, not-xml-value, not-xml-character, not-xml-narrative), with the path,
    for what has no place in FHIR XML.
    """
    out: list[str] = [_DECLARATION]
    try:
        _resource(resource, out, f' xmlns="{FHIR}"')
    except _Fault as fault:
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        root = name if isinstance(name, str) and name in resource_types() else "Resource"
        path = "".join(step if step[0] == "[" else f".{step}" for step in reversed(fault.steps))
        raise Invalid(str(fault), code=f"not-xml-{fault.code}", path=root + path) from None
    return "".join(out).encode()


def _resource(value: Any, out: list[str], namespace: str = "") -> None:
    name = value.get("resourceType") if type(value) is dict else None
    if type(name) is not str or name not in resource_types():
        raise _Fault("type", "This is not a resource of FHIR R4.")
    out.append(f"<{name}{namespace}>")
    _members(value, shape_of(name), out)
    out.append(f"</{name}>")


def _members(value: dict[str, Any], shape: Shape, out: list[str]) -> None:
    order = shape.order
    ranked = [(order[name], name) for name in value if name in order]
    if len(ranked) != len(value):
        _refuse_unknown(value, shape)
    ranked.sort()
    for _, name in ranked:
        field = shape.by_name[name]
        try:
            if value[name] is None:
                raise _Fault("value", "null says nothing in FHIR.")
            if field.primitive:
                if name == field.name:
                    _primitives(field, value[name], value.get(f"_{name}"), out)
                elif field.name not in value:
                    _primitives(field, None, value[name], out)
            elif field.many:
                _each(field, _list(value[name]), out)
            else:
                _complex(field, value[name], out)
        except _Fault as fault:
            fault.steps.append(name)
            raise


def _refuse_unknown(value: dict[str, Any], shape: Shape) -> None:
    for name in value:
        if name in shape.order or name in shape.attributes or (shape.is_resource and name == "resourceType"):
            continue
        fault = _Fault("element", f"{shape.name} has no such element.")
        # A name comes from the outside: a long or odd one is not repeated.
        if name.isascii() and name.isidentifier() and len(name) <= 64:
            fault.steps.append(name)
        raise fault


def _list(value: Any) -> list[Any]:
    if type(value) is not list or not value:
        raise _Fault("value", "A list with at least one item is expected here.")
    return value


def _each(field: Field, values: list[Any], out: list[str]) -> None:
    for index, item in enumerate(values):
        try:
            _complex(field, item, out)
        except _Fault as fault:
            fault.steps.append(f"[{index}]")
            raise


def _complex(field: Field, value: Any, out: list[str]) -> None:
    name = field.name
    if type(value) is not dict:
        raise _Fault("value", "An object is expected here.")
    if field.type == "Resource":
        out.append(f"<{name}>")
        _resource(value, out)
    else:
        shape = shape_of(field.type)
        out.append(f"<{name}{_attributes(value, shape)}>")
        _members(value, shape, out)
    out.append(f"</{name}>")


def _attributes(value: dict[str, Any], shape: Shape) -> str:
    """`id` and `url`, each with a blank before it; "" for neither."""
    written = ""
    for name in ("id", "url"):
        if name in value and name in shape.attributes:
            if type(value[name]) is not str:
                raise _Fault("value", f"A string is expected as `{name}`.")
            written += f' {name}="{_escape(value[name])}"'
    return written


def _primitives(field: Field, value: Any, beside: Any, out: list[str]) -> None:
    """A primitive or a list of them, with what `_name` says beside."""
    if not field.many:
        _primitive(field, value, beside, out)
        return
    if value is not None:
        values = _list(value)
        besides = [None] * len(values) if beside is None else _list(beside)
    else:
        besides = _list(beside)
        values = [None] * len(besides)
    if len(values) != len(besides):
        raise _Fault("value", "The list of values and the one of their extensions have not the same length.")
    for index, item in enumerate(values):
        try:
            _primitive(field, item, besides[index], out)
        except _Fault as fault:
            fault.steps.append(f"[{index}]")
            raise


def _primitive(field: Field, value: Any, beside: Any, out: list[str]) -> None:
    name = field.name
    if field.type == "xhtml":
        if beside is not None:
            raise _Fault("narrative", "A narrative has no extension.")
        out.append(_checked_narrative(value))
        return
    written = "" if value is None else f' value="{_text(field.type, value)}"'
    if beside is None:
        if value is None:
            raise _Fault("value", "null says nothing in FHIR.")
        out.append(f"<{name}{written}/>")
        return
    if type(beside) is not dict or not beside:
        raise _Fault("value", "An object with an id or extensions is expected here.")
    shape = shape_of(field.type)
    out.append(f"<{name}{_attributes(beside, shape)}{written}>")
    _members(beside, shape, out)
    out.append(f"</{name}>")


def _text(type_name: str, value: Any) -> str:
    kind = type(value)
    if type_name == "boolean":
        if kind is bool:
            return "true" if value else "false"
    elif type_name in _INTEGERS:
        if kind is int:
            return str(value)
    elif type_name == "decimal":
        if kind is int or (isinstance(value, Decimal) and value.is_finite()):
            return str(value)
    elif kind is str:
        return _escape(value)
    raise _Fault("value", f"This is not a FHIR {type_name}.")


def _escape(text: str) -> str:
    if _has_special(text) is None:
        return text
    if _has_forbidden(text):
        raise _Fault("character", "XML cannot hold a control character, nor half of a surrogate pair.")
    return text.translate(_ESCAPES)


def _checked_narrative(value: Any) -> str:
    """The div goes in as it is: it must be one element, whole by itself, and nothing that a parser would act on."""
    if type(value) is str and value.startswith("<div"):
        try:
            root = etree.fromstring(value.encode(), _narrative_parser())
        except (etree.XMLSyntaxError, ValueError):
            root = None
        if root is not None and root.tag == DIV and root.getnext() is None:
            return value
    raise _Fault("narrative", "A narrative is one well-formed <div> of XHTML, and nothing before or after it.")


def _narrative_parser() -> etree.XMLParser:
    """Keeps comments and instructions, to see those that follow the div."""
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
