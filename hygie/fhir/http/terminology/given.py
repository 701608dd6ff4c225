"""The parameters of an operation, from the address, a Parameters resource, or both. https://hl7.org/fhir/R4/operations.html#request"""

from typing import Any

from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.terminology.codes import Coding
from hygie.fhir.core.terminology.model import Json
from hygie.fhir.core.terminology.reading import dicts
from hygie.fhir.http.call import Call

MAX_PARAMETERS = 1_000
_PLAIN = (str, bool, int)


class Given:
    """`resource_name`: the parameter for which a body that is no Parameters stands, "" when there is none."""

    def __init__(self, call: Call, resource_type: str = "", resource_name: str = "") -> None:
        self._texts: dict[str, list[str]] = {}
        self._values: dict[str, list[Any]] = {}
        for name, value in call.query:
            if not name.startswith("_"):
                self._texts.setdefault(name, []).append(value)
        body = call.resource
        if body is None:
            return
        if body.get("resourceType") == "Parameters":
            self._read(body.get("parameter"))
        elif resource_type and body.get("resourceType") == resource_type:
            self._values[resource_name] = [body]
        else:
            raise BadQuery("The body is a Parameters resource.", code="parameters", path="resourceType")

    def _read(self, parameters: Any) -> None:
        found = list(dicts(parameters))
        if len(found) > MAX_PARAMETERS:
            raise BadQuery(
                f"More than {MAX_PARAMETERS} parameters.", code="search-too-long", path="Parameters.parameter"
            )
        for each in found:
            name = each.get("name")
            if not isinstance(name, str):
                raise BadQuery("A parameter has a name.", code="parameters", path="Parameters.parameter.name")
            for key, value in each.items():
                if key == "resource" or (key.startswith("value") and not isinstance(value, _PLAIN)):
                    self._values.setdefault(name, []).append(value)
                elif key.startswith("value"):
                    self._texts.setdefault(name, []).append(_text(value))

    def texts(self, name: str) -> list[str]:
        return self._texts.get(name, [])

    def text(self, name: str) -> str:
        """Raises BadQuery(parameter-repeated)."""
        found = self.texts(name)
        if len(found) > 1:
            raise BadQuery("This parameter is given once.", code="parameter-repeated", path=f"http.{name}")
        return found[0] if found else ""

    def flag(self, name: str) -> bool:
        text = self.text(name)
        if text not in ("", "true", "false"):
            raise BadQuery("This is true or false.", code="parameter-value", path=f"http.{name}")
        return text == "true"

    def number(self, name: str) -> int | None:
        """A whole number from 0 on, None when it is not given."""
        text = self.text(name)
        if not text:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise BadQuery("This is a whole number from 0 on.", code="parameter-value", path=f"http.{name}")
        return int(text)

    def resource(self, name: str) -> Json | None:
        found = self._objects(name)
        return found[0] if found else None

    def coding(self, name: str) -> Coding | None:
        found = self._objects(name)
        return _coding(found[0], name) if found else None

    def concept(self, name: str) -> list[Coding]:
        """The codings of a CodeableConcept."""
        found = self._objects(name)
        return [_coding(each, name) for each in dicts(found[0].get("coding"))][:100] if found else []

    def _objects(self, name: str) -> list[Json]:
        """Raises BadQuery for a value that the address cannot tell, or that is no object."""
        found = self._values.get(name, [])
        if name in self._texts or not all(isinstance(each, dict) for each in found) or len(found) > 1:
            raise BadQuery(
                "This parameter is one value, in a Parameters body.", code="parameter-value", path=f"http.{name}"
            )
        return found

    def required(self, name: str) -> str:
        text = self.text(name)
        if not text:
            raise missing(name)
        return text


def missing(name: str, message: str = "") -> BadQuery:
    return BadQuery(message or f"{name} is required.", code="parameter-required", path=f"http.{name}")


def _text(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _coding(told: Json, name: str) -> Coding:
    texts = {key: told.get(key, "") for key in ("system", "code", "display", "version")}
    if not all(isinstance(each, str) for each in texts.values()):
        raise BadQuery("The coding is not one.", code="parameter-value", path=f"http.{name}")
    return Coding(**texts)
