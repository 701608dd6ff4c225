"""R-10: what a reader is told is the same, byte for byte, whether what may not be seen is in the store or not.

Invented records, all R4 types, all their search parameters, at the machines' door. The hidden resources are put in, the
questions asked; they are taken out, the same questions asked again.
"""

import dataclasses
import json
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hygie.fhir.http.search import TYPES
from hygie.fhir.store import write
from hygie.fhir.store.condition import ALWAYS, AccessColumns
from hygie.fhir.store.life import Life
from hygie.fhir.store.rows import key
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.searching import Search
from hygie.fhir.store.sql import Compiler
from hygie.lib import ids
from tests.hygie.api.conftest import Software
from tests.hygie.fhir.store.shelf import Shelf
from tests.laws import invent, questions
from tests.laws.conftest import Law

pytestmark = pytest.mark.django_db
_MASKED = AccessColumns(labels=1)
# Answers of one person's space; the registers have their own test below.
SEARCHED = sorted(
    name for name in TYPES if name not in ("Patient", "Binary", "Bundle", "Parameters", "OperationOutcome")
)

REGISTERS = ("Practitioner", "Organization", "HealthcareService", "PractitionerRole", "Endpoint", "Device")


@dataclasses.dataclass
class Store:
    """One space, what was put in it, and the reader: software that acts for a nurse of the care team."""

    shelf: Shelf
    reader: Software
    unseen: AccessColumns = _MASKED
    hidden: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def put(
        self, kind: str, name: str, rng: Random, others: tuple[str, ...], *, hidden: bool, versions: int = 1
    ) -> None:
        access = self.unseen if hidden else AccessColumns()
        self.shelf.put(name, invent.resource(kind, rng, others), access=access)
        for number in range(2, versions + 1):
            current = Life(Scope(self.shelf.space_id, ALWAYS)).find(kind, name)
            assert current is not None
            new = self.shelf.new(invent.resource(kind, rng, others), name, access=access, version=number)
            write.supersede(self.shelf.space_id, current, new)
        self.hidden += [(kind, name)] if hidden else []

    def take_out_hidden(self) -> None:
        with connection.cursor() as cursor:
            for kind, name in self.hidden:
                for table in ("fhir_resource", "fhir_version", "fhir_index"):
                    cursor.execute(
                        f"DELETE FROM {table} WHERE space_id = %s AND type = %s AND id = %s",
                        [key(self.shelf.space_id), kind, name],
                    )

    def answer(self, address: str) -> tuple[int, str, bytes]:
        told = self.reader.get(address)
        return told.status_code, told.headers.get("ETag", ""), told.content

    def told(self, address: str) -> list[tuple[int, str, bytes]]:
        """The answer and the pages that follow it."""
        found = []
        while address and len(found) < 6:
            found.append(self.answer(address))
            links = json.loads(found[-1][2]).get("link", ()) if found[-1][0] == 200 else ()
            following = next((link["url"] for link in links if link["relation"] == "next"), "")
            address = "/fhir/" + following.partition("/fhir/")[2] if following else ""
        return found


@pytest.fixture
def store() -> Store:
    from tests import factories

    world = factories.world()
    return Store(Shelf(world.space_id), Software(Client(), world).acting_for(world.nurse))


def filled(store: Store, rng: Random) -> list[str]:
    """The types of a record: one, what it refers to, what refers to it; each resource seen or hidden by chance."""
    kind = rng.choice(SEARCHED)
    named = {target for _, targets in questions.references(kind) for target in targets}
    naming = {other for other in SEARCHED if any(kind in targets for _, targets in questions.references(other))}
    some = [sorted(each & set(SEARCHED) - {kind, "List"}) for each in (named, naming)]
    others = {each for found in some for each in rng.sample(found, min(2, len(found)))}
    kinds = [kind, *sorted(others), "List"]
    for each in kinds:
        for name in invent.NAMES:
            store.put(each, name, rng, tuple(kinds), hidden=rng.random() < 0.4, versions=rng.choice((1, 1, 2)))
    return kinds


def asked(store: Store, kinds: list[str], rng: Random) -> list[str]:
    """Addresses: searches of the first type by everything, histories and reads of every resource, `$everything`."""
    kind, *others = kinds
    space = store.shelf.space_id
    criteria = [*questions.plain(kind), *questions.through(kind, others, rng)]
    shown = [
        each for criterion in rng.sample(criteria, min(4, len(criteria))) for each in questions.shown(kind, criterion)
    ]
    found = [f"/fhir/{kind}?patient={space}&{each.replace('{space}', str(space))}" for each in [*criteria, *shown, ""]]
    found += [f"/fhir/{each}/_history?patient={space}&_count=2" for each in kinds]
    for each in kinds:
        for name in invent.NAMES:
            one = f"/fhir/{each}/{space}.{name}"
            found += [one, f"{one}/_history", f"{one}/_history/1", f"{one}/$meta"]
    return [
        *found,
        *(f"/fhir/Patient/{space}/$everything{more}" for more in ("", "?_count=3", f"?_type={kind}", "?_since=2026")),
    ]


def differences(store: Store, addresses: list[str]) -> list[str]:
    """The addresses whose answers change when the hidden resources are taken out."""
    before = {address: store.told(address) for address in addresses}
    store.take_out_hidden()
    return [address for address in addresses if store.told(address) != before[address]]


def empty(store: Store) -> None:
    with connection.cursor() as cursor:
        for table in ("fhir_resource", "fhir_version", "fhir_index"):
            cursor.execute(f"DELETE FROM {table} WHERE space_id = %s", [key(store.shelf.space_id)])
    store.hidden.clear()


def test_no_answer_tells_of_what_is_hidden(store: Store, law: Law) -> None:
    for rng in law.rounds(short=4):
        kinds = filled(store, rng)
        addresses = asked(store, kinds, rng)
        assert differences(store, addresses) == []
        law.tried(len(addresses))
        empty(store)


def test_no_answer_tells_of_the_test_data_of_the_registers(store: Store, law: Law) -> None:
    """From the registers themselves, and from a person's space that refers to them."""
    registers = Store(Shelf(ids.REGISTERS), store.reader, AccessColumns(origin="test"))
    for rng in law.rounds(short=2):
        kinds = (*rng.sample(REGISTERS, 3), "Location")
        for each in kinds:
            for name in invent.NAMES:
                registers.put(each, name, rng, kinds, hidden=rng.random() < 0.5)
        for name in invent.NAMES:
            store.put("Encounter", name, rng, kinds, hidden=False)
        found = [*questions.plain(kinds[0]), *questions.through(kinds[0], list(kinds[1:]), rng)]
        addresses = [f"/fhir/{kinds[0]}?{each.replace('{space}.', '')}" for each in found]
        addresses += [f"/fhir/{kind}/{name}" for kind in kinds for name in invent.NAMES]
        through = questions.through("Encounter", list(kinds), rng)
        addresses += [f"/fhir/Encounter?patient={store.shelf.space_id}&{each}" for each in through]
        assert differences(registers, addresses) == []
        law.tried(len(addresses))
        empty(registers)
        empty(store)


# ---- planted defects: a law is worth what it catches


def _others_unseen_too(self: Compiler, kind: str, r: str, *, first: bool = False) -> Any:
    if first:
        return _visible(self, kind, r, first=True)
    return f"{r}.space_id = %s AND {r}.type = %s AND NOT {r}.deleted", [key(self.place), kind]


def _count_all(self: Search) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM fhir_resource WHERE space_id = %s AND type = %s", [key(self.space_id), self.type]
        )
        return int(cursor.fetchone()[0])


def _former_of_all(self: Life, type: str, id: str, where: str, extra: Any) -> Any:
    return _versions(Life(Scope(self._scope.space_id, ALWAYS)), type, id, where, extra)


_visible, _versions = Compiler.visible, Life._versions
DEFECTS = {
    "includes and chains without a condition": (Compiler, "visible", _others_unseen_too),
    "a total without the scope": (Search, "count", _count_all),
    "a history without the scope": (Life, "_versions", _former_of_all),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_leak_is_found(store: Store, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(*DEFECTS[name])
    for seed in range(1, 6):
        rng = Random(seed)
        kinds = filled(store, rng)
        if differences(store, asked(store, kinds, rng)):
            return
        empty(store)
    pytest.fail("the law does not see it")
