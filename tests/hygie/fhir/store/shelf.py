"""A space of the store that tests fill with resources and search by query strings, as the door does."""

import dataclasses
import datetime as dt
import uuid
from dataclasses import dataclass, field

from hygie.fhir.core import json, parameters
from hygie.fhir.core.search import index_values, promote
from hygie.fhir.http import search
from hygie.fhir.store import write
from hygie.fhir.store.condition import ALWAYS, AccessColumns
from hygie.fhir.store.repository import Page, Repository
from hygie.fhir.store.rows import NewResource
from hygie.fhir.store.scope import Scope
from hygie.lib import ids

NOW = dt.datetime(2026, 11, 25, 8, 0, tzinfo=dt.UTC)
_REFERENCE = "@"


def everything(type):
    return ALWAYS


@dataclass
class Shelf:
    """Local ids are the names that tests give. `@Type/name` in a resource is a reference inside the space."""

    space_id: uuid.UUID = field(default_factory=uuid.uuid4)
    made: int = 0

    def resource(self, text, name):
        """From JSON, so that decimals are what the store reads."""
        raw = text if isinstance(text, bytes) else json.write(text)
        resource = self._refer(json.read_object(raw))
        mine = self.space_id != ids.REGISTERS and resource["resourceType"] != "Patient"
        return resource | {"id": ids.logical_id(self.space_id, name) if mine else name}

    def _refer(self, node):
        if isinstance(node, dict):
            return {key: self._refer(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._refer(each) for each in node]
        if isinstance(node, str) and node.startswith(_REFERENCE):
            kind, _, name = node[1:].partition("/")
            return f"{kind}/{self.space_id if kind == 'Patient' else ids.logical_id(self.space_id, name)}"
        return node

    def new(self, text, name, *, labels=0, at=None, **changes):
        resource = self.resource(text, name)
        told = promote(resource)
        self.made += 1
        values = {
            "type": resource["resourceType"],
            "id": name,
            "body": json.write(resource),
            "updated_at": NOW + dt.timedelta(seconds=self.made),
            "sort_at": at or told.dated or NOW,
            "access": AccessColumns(labels=labels),
            "status": told.status,
            "code": told.code,
            "category": told.category,
            "index": index_values(resource),
        }
        return NewResource(**(values | changes))

    def put(self, name, text, **changes):
        write.insert(self.space_id, [self.new(text, name, **changes)])
        return name

    def page(self, query, *, condition=ALWAYS, by_type=everything, strict=True, **changes) -> Page:
        """`Type?a=b&…`; the person is named by the shelf itself."""
        kind, _, text = query.partition("?")
        pairs = parameters.read_query(text.replace("{space}", str(self.space_id)))
        registers = self.space_id == ids.REGISTERS
        if not registers:
            pairs = [("patient", str(self.space_id)), *pairs]
        reading = dataclasses.replace(search.OF_R4, **changes)
        asked = search.read(kind, pairs, strict=strict, registers=registers, reading=reading)
        mine = f"{self.space_id}."
        local = tuple(each.removeprefix(mine) if each.startswith(mine) else "-" for each in asked.ids)
        wanted = dataclasses.replace(asked.query, ids=asked.ids if registers else local)
        return Repository(Scope(self.space_id, condition, by_type, lambda: ALWAYS)).search(kind, wanted)

    def find(self, query, **changes):
        """The names that are found, in order."""
        return [row.id for row in self.page(query, **changes).rows]

    def found(self, query, **changes):
        return set(self.find(query, **changes))

    def walk(self, query, count=2, **changes):
        """All pages, one after the other."""
        seen, after = [], ""
        while True:
            page = self.page(f"{query}&_count={count}" + (f"&_cursor={after}" if after else ""), **changes)
            seen += [row.id for row in page.rows]
            if not page.next:
                return seen
            after = page.next
