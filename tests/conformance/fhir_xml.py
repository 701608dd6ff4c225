"""FHIR XML → the JSON of the same resource, for inputs that others publish as XML only. https://hl7.org/fhir/R4/xml.html"""

from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from hygie.fhir.core.definitions import Definitions, load

_FHIR = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_NUMBERS = {"integer": int, "positiveInt": int, "unsignedInt": int, "decimal": Decimal}


def read_xml(path: Path) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, no_network=True)
    return _resource(etree.parse(path, parser).getroot(), load())


def _resource(element: etree._Element, definitions: Definitions) -> dict[str, Any]:
    name = str(element.tag).removeprefix(_FHIR)
    return {"resourceType": name, **_complex(element, name, definitions)}


def _complex(element: etree._Element, type_name: str, definitions: Definitions) -> dict[str, Any]:
    found: dict[str, Any] = {name: value for name, value in element.attrib.items() if name in ("id", "url")}
    for child in element:
        if child.tag == f"{_XHTML}div":
            found["div"] = etree.tostring(child, encoding="unicode", with_tail=False)
            continue
        name = str(child.tag).removeprefix(_FHIR)
        known = definitions.element_of(type_name, name)
        assert known is not None, f"{type_name} has no {name}"
        definition, ref = known
        if ref.code == "Resource":
            _put(found, name, _resource(child[0], definitions), many=definition.is_list)
        elif definitions.kinds[ref.code] == "primitive":
            _put_primitive(found, name, child, ref.code, definitions, many=definition.is_list)
        else:
            shape = definition.content_reference or ref.code
            _put(found, name, _complex(child, shape, definitions), many=definition.is_list)
    return found


def _put(found: dict[str, Any], name: str, value: Any, *, many: bool) -> None:
    if many:
        found.setdefault(name, []).append(value)
    else:
        found[name] = value


def _put_primitive(
    found: dict[str, Any], name: str, element: etree._Element, code: str, definitions: Definitions, *, many: bool
) -> None:
    text = element.get("value")
    value = None if text is None else text == "true" if code == "boolean" else _NUMBERS.get(code, str)(text)
    extra = _complex(element, code, definitions) or None
    if many:
        _put(found, name, value, many=True)
        _put(found, f"_{name}", extra, many=True)
        return
    if value is not None:
        found[name] = value
    if extra:
        found[f"_{name}"] = extra
