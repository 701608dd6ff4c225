"""A FHIR XML resource as the dict of its JSON twin. https://hl7.org/fhir/R4/json.html tells how the two correspond.

The order of elements is not looked at: nothing is lost when they stand in another one. `validation` judges the values.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lxml.etree import _Element

from hygie.fhir.core.json import MAX_DEPTH, decimal
from hygie.fhir.core.xml.parse import MAX_SIZE, cut_narratives, narrative, parse
from hygie.fhir.core.xml.shapes import FHIR, Field, Shape, resource_types, shape_of
from hygie.lib.errors import Invalid

_BLANK = " \t\r\n"
_NAMESPACE = f"{{{FHIR}}}"
_SCHEMA_PLACE = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_is_integer = re.compile(r"[+-]?(?:0|[1-9][0-9]*)").fullmatch
_is_whole = re.compile(r"-?(?:0|[1-9][0-9]*)").fullmatch
_is_decimal = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


def read(data: bytes, *, max_size: int = MAX_SIZE) -> dict[str, Any]:
    """One resource; numbers and booleans as JSON has them, `_name` beside primitives, lists as the definitions say.

    A narrative is the text of its source. Raises TooLarge, or Invalid with a code of `parse`, or xml-root, xml-element,
    xml-attribute, xml-text, xml-value, xml-empty, xml-repeated, xml-resource, xml-too-deep (path: `Patient.name[1].use`).
    """
    root, source = parse(data, max_size=max_size)
    if not str(root.tag).startswith(_NAMESPACE):
        raise _fault("xml-root", f"The root element is not of the namespace {FHIR}.", root)
    for attribute in root.keys():
        # A hint for editors, seen in many files; nothing reads it.
        if attribute != _SCHEMA_PLACE:
            raise _fault("xml-attribute", "A resource has no attribute: `id` is an element of it.", root)
    return _Reader(source).resource(root, 1)


class _Reader:
    """`depth` counts as JSON does: each object and each list is one."""

    def __init__(self, source: bytes) -> None:
        self._narratives = cut_narratives(source)

    def resource(self, element: _Element, depth: int) -> dict[str, Any]:
        name = str(element.tag).removeprefix(_NAMESPACE)
        if name not in resource_types():
            raise _fault("xml-root", "This is not a resource type of FHIR R4.", element)
        found: dict[str, Any] = {"resourceType": name}
        self._members(element, shape_of(name), found, depth)
        return found

    def _members(self, element: _Element, shape: Shape, found: dict[str, Any], depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise Invalid("The elements are nested too deeply.", code="xml-too-deep")
        if (text := element.text) and text.strip(_BLANK):
            raise _text(element)
        fields = shape.by_tag
        extended: list[str] = []
        for child in element:
            field = fields.get(child.tag)
            if field is None:
                raise _unknown(child, shape)
            if (text := child.tail) and text.strip(_BLANK):
                raise _text(element)
            if field.primitive:
                value, extra = self._primitive(child, field, depth)
                _put_primitive(found, field, value, extra, child, extended)
            else:
                deeper = depth + 2 if field.many else depth + 1
                value = (
                    self._contained(child, deeper) if field.type == "Resource" else self._complex(child, field, deeper)
                )
                _put(found, field.name, value, child, many=field.many)
        for name in extended:
            if all(value is None for value in found[name]):
                del found[name]

    def _complex(self, element: _Element, field: Field, depth: int) -> dict[str, Any]:
        shape = shape_of(field.type)
        found: dict[str, Any] = {}
        # Names first, values of the known ones: lxml's items() takes quadratic time.
        for name in element.keys():
            if name not in shape.attributes:
                raise _fault("xml-attribute", "This element has no such attribute.", element)
            found[str(name)] = element.get(name)
        self._members(element, shape, found, depth)
        return found

    def _contained(self, element: _Element, depth: int) -> dict[str, Any]:
        if element.keys():
            raise _fault("xml-attribute", "This element has no attribute.", element)
        inside = list(element)
        if len(inside) != 1:
            raise _fault("xml-resource", "Exactly one resource is expected inside this element.", element)
        if (element.text or "").strip(_BLANK) or (inside[0].tail or "").strip(_BLANK):
            raise _text(element)
        if inside[0].keys():
            raise _fault("xml-attribute", "A resource has no attribute: `id` is an element of it.", inside[0])
        return self.resource(inside[0], depth)

    def _primitive(self, element: _Element, field: Field, depth: int) -> tuple[Any, dict[str, Any] | None]:
        """The value, and what else is said of it: `id`, extensions."""
        if field.type == "xhtml":
            return narrative(next(self._narratives), element), None
        extra: dict[str, Any] = {}
        value = None
        for name in element.keys():
            if name == "value":
                value = _value(element.get("value") or "", field.type, element)
            elif name == "id":
                extra["id"] = element.get("id")
            else:
                raise _fault("xml-attribute", "A primitive has the attributes `value` and `id` only.", element)
        if len(element) or element.text:
            self._members(element, shape_of(field.type), extra, depth + 2 if field.many else depth + 1)
        if value is None and not extra:
            raise _fault("xml-empty", "An element is not empty: leave it out when there is nothing to say.", element)
        return value, extra or None


def _put(found: dict[str, Any], name: str, value: Any, element: _Element, *, many: bool) -> None:
    if many:
        if (values := found.get(name)) is None:
            found[name] = [value]
        else:
            values.append(value)
    elif name in found:
        raise _repeated(element)
    else:
        found[name] = value


def _put_primitive(
    found: dict[str, Any], field: Field, value: Any, extra: Any, element: _Element, extended: list[str]
) -> None:
    """`extended`: names of the lists that have a `_name` beside them, which has null where there is nothing to add."""
    name, beside = field.name, f"_{field.name}"
    if not field.many:
        if name in found or beside in found:
            raise _repeated(element)
        if value is not None:
            found[name] = value
        if extra is not None:
            found[beside] = extra
        return
    values = found.setdefault(name, [])
    if extra is not None and beside not in found:
        found[beside] = [None] * len(values)
        extended.append(name)
    values.append(value)
    if beside in found:
        found[beside].append(extra)


def _value(text: str, type_name: str, element: _Element) -> Any:
    convert = _CONVERT.get(type_name)
    if convert is None:
        return text
    try:
        return convert(text)
    except (ValueError, KeyError, ArithmeticError):
        raise _fault("xml-value", f"This is not a FHIR {type_name}.", element) from None


def _integer(text: str) -> int:
    if not _is_integer(text):
        raise ValueError
    return int(text)


def _decimal(text: str) -> int | Decimal:
    """An int without fraction or exponent, as of a JSON number."""
    if _is_whole(text) and text != "-0":
        return int(text)
    if not _is_decimal(text):
        raise ValueError
    return decimal(text)


_CONVERT: dict[str, Callable[[str], Any]] = {
    "boolean": {"true": True, "false": False}.__getitem__,
    "integer": _integer,
    "positiveInt": _integer,
    "unsignedInt": _integer,
    "decimal": _decimal,
}


def _unknown(element: _Element, shape: Shape) -> Invalid:
    tag = str(element.tag)
    if not tag.startswith(_NAMESPACE) and tag.rpartition("}")[2] in {each.name for each in shape.by_tag.values()}:
        return _fault("xml-element", "This element is not of the namespace that FHIR gives it.", element)
    return _fault("xml-element", f"{shape.name} has no such element.", element)


def _text(element: _Element) -> Invalid:
    return _fault("xml-text", "Text is not allowed here: a value stands in the attribute `value`.", element)


def _repeated(element: _Element) -> Invalid:
    return _fault("xml-repeated", "This element may be given once only.", element)


def _fault(code: str, message: str, element: _Element) -> Invalid:
    return Invalid(message, code=code, path=_path(element))


def _path(element: _Element) -> str:
    """`Bundle.entry[2].resource.name`: indexes where a name is repeated; a contained resource is not a step of its own."""
    steps: list[str] = []
    at: _Element | None = element
    while at is not None:
        name = str(at.tag).rpartition("}")[2]
        outside = at.getparent()
        if outside is None or name not in resource_types():
            # A name comes from the outside: a long or odd one is not repeated.
            plain = name if name.isascii() and name.isidentifier() and len(name) <= 64 else "?"
            before = sum(1 for _ in at.itersiblings(str(at.tag), preceding=True))
            after = next(at.itersiblings(str(at.tag)), None)
            steps.append(f"{plain}[{before}]" if before or after is not None else plain)
        at = outside
    return ".".join(reversed(steps))
