"""What a server has for the terminology operations: what is loaded, and what is kept in its store."""

from collections.abc import Callable
from dataclasses import dataclass

from hygie.fhir.core import json
from hygie.fhir.core.terminology import reading
from hygie.fhir.core.terminology.errors import NotLoaded
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.members import Members
from hygie.fhir.core.terminology.model import CodeSystem, ConceptMap, Head, Json, Kind, ValueSet
from hygie.fhir.http.call import Answer, Call
from hygie.fhir.http.terminology.given import Given, missing

Stored = Callable[[Kind, str], bytes]


@dataclass(frozen=True, slots=True)
class Service:
    """`stored` reads a resource that software has written here, under its own rights; it raises what a read raises."""

    members: Members
    stored: Stored

    @property
    def library(self) -> Library:
        return self.members.library

    def value_set(self, call: Call, given: Given) -> ValueSet:
        """The set of the address, of `url`, or of the body. Raises BadQuery(parameter-required), NotLoaded, NotFound."""
        if call.id:
            url = self.library.url_of("ValueSet", call.id)
            if url is not None:
                return self.library.get_value_set(url)
            return reading.value_set(self._kept("ValueSet", call.id), own_head=Head("ValueSet", call.id, ""))
        if (told := given.resource("valueSet")) is not None:
            if told.get("resourceType") != "ValueSet":
                raise missing("valueSet", "valueSet is a ValueSet resource.")
            return reading.value_set(told, own_head=_head_of(told))
        url = given.text("url")
        if not url:
            raise missing("url", "Name the value set by url, or give it as valueSet.")
        return self.library.get_value_set(url, given.text("valueSetVersion"))

    def code_system(self, call: Call, given: Given, url: str = "") -> CodeSystem:
        """`url` is that of the coding, when nothing else names the system."""
        if call.id:
            own = self.library.url_of("CodeSystem", call.id)
            if own is not None:
                return self.library.get_code_system(own)
            told = self._kept("CodeSystem", call.id)
            return reading.code_system(told if told.get("url") else {**told, "url": f"urn:x-stored:{call.id}"})
        if (told_here := given.resource("codeSystem")) is not None:
            return reading.code_system(told_here)
        url = given.text("url") or url
        if not url:
            raise missing("url", "Name the code system by url.")
        return self.library.get_code_system(url, given.text("version"))

    def concept_map(self, call: Call, given: Given) -> ConceptMap | None:
        """The map of the address, of `url` or of the body; None when none is named."""
        if call.id:
            own = self.library.url_of("ConceptMap", call.id)
            found = self.library.concept_map(own) if own is not None else None
            return found or reading.concept_map({"url": "", **self._kept("ConceptMap", call.id)})
        if (told := given.resource("conceptMap")) is not None:
            return reading.concept_map(told)
        url = given.text("url")
        if not url:
            return None
        found = self.library.concept_map(url, given.text("conceptMapVersion"))
        if found is None:
            raise NotLoaded("This map is not loaded here.")
        return found

    def _kept(self, kind: Kind, own_id: str) -> Json:
        return json.read_object(self.stored(kind, own_id))


def _head_of(told: Json) -> Head:
    """Of a set that came with the request: it is known by nothing of what is loaded."""
    texts = {name: value for name in ("url", "version", "name", "title") if isinstance(value := told.get(name), str)}
    return Head("ValueSet", "", **{"url": "", **texts})


def parameters(found: list[Json]) -> Answer:
    return Answer(200, json.write({"resourceType": "Parameters", "parameter": found}))
