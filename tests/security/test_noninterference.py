"""R-10, T-07: a reader gets the same bytes whether what may not be seen is there or not.

Two worlds are built from one plan, one with the hidden documents and one without; the same questions are asked in both.
Identifiers are drawn at random, so each answer's are renamed in the order in which they come.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DRAWN = re.compile(rf"{_UUID}|\b[a-z2-7]{{24}}\b|(?<=suite=)[\w%-]+|(?<=_cursor=)[\w%-]+")
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')
TYPES = ("11502-2", "57833-6", "34112-3", "11488-4")
WORDS = ("asthme", "tension", "glycémie")


@dataclass(frozen=True)
class Paper:
    """A document of the plan; its day is its place in the plan, so that no two are equal."""

    type_code: str
    word: str
    author: str
    allergy: bool
    hidden: bool
    replaces_previous: bool


papers = st.lists(
    st.builds(
        Paper,
        type_code=st.sampled_from(TYPES),
        word=st.sampled_from(WORDS),
        author=st.sampled_from(("ALPHA", "BETA")),
        allergy=st.booleans(),
        hidden=st.booleans(),
        replaces_previous=st.booleans(),
    ),
    min_size=1,
    max_size=7,
).filter(lambda plan: any(each.hidden for each in plan) and any(not each.hidden for each in plan))


def _allergy(number: int) -> str:
    """Each has a substance and a day of its own: the order of equal days is that of ids drawn at random."""
    from tests import factories

    return factories.ALLERGY_SECTION.replace("Pénicilline", f"Produit {number}").replace(
        "20100101", f"2010010{1 + number}"
    )


def _source(world: Any, paper: Paper, number: int, replaces: str) -> bytes:
    from tests import factories

    section = _allergy(number) if paper.allergy else ""
    source = factories.cda(
        unique_id=f"1.2.250.1.999.10.{number}",
        type_code=paper.type_code,
        title=f"Titre {paper.word} {number}",
        effective=f"2026{1 + number:02d}02093000+0100",
        text=f"Le texte {paper.word}",
        author="899900000077",
        sections=section,
        replaces=replaces,
    )
    return source.replace(b"<family>MARTIN</family>", f"<family>{paper.author}</family>".encode())


def _fill(world: Any, depositor: Any, plan: list[Paper], *, with_hidden: bool) -> None:
    """A replacement joins two documents of one visibility: hiding one version hides them all."""
    from hygie.record import actions as record

    previous: dict[bool, str] = {}
    hidden = []
    for number, paper in enumerate(plan):
        if paper.hidden and not with_hidden:
            continue
        replaces = previous.pop(paper.hidden, "") if paper.replaces_previous else ""
        receipt = record.deposit_cda(depositor, _source(world, paper, number, replaces), now=world.now)
        previous[paper.hidden] = receipt.unique_id
        if paper.hidden:
            hidden.append(receipt.document_id)
    for document_id in hidden:
        record.hide_document(world.lea, world.space_id, document_id, now=world.now)


def _searches(space: Any) -> list[str]:
    from hygie.fhir.http.search import TYPES as SEARCHED

    asked = []
    values = {
        "token": ("current", "http://loinc.org|11502-2", "|x"),
        "date": ("ge2026-01-01", "lt2026-05-01", "2026-03"),
        "string": ("alpha", "titre"),
        "reference": ("urn:oid:1.2.250.1.71.4.2.1|899900000077", "Practitioner/x"),
        "uri": ("http://loinc.org", "urn:x"),
        "number": ("1", "gt0"),
        "quantity": ("1", "gt0||kg"),
    }
    for kind, searched in SEARCHED.items():
        base = f"/fhir/{kind}?patient={space}"
        asked += [
            base,
            f"{base}&_summary=count",
            f"{base}&_count=1",
            f"{base}&_total=none&_count=2",
            f"{base}&_count=0",
        ]
        if kind in ("DocumentReference", "AllergyIntolerance"):
            for name, found in searched.parameters.items():
                asked += [f"{base}&{name}={value}&_count=2" for value in values.get(found.value, ("x$y",))]
    base = f"/fhir/DocumentReference?patient={space}"
    asked += [f"{base}&_sort={order}&_count=1" for order in ("date", "-date")]
    return [*asked, f"{base}&status:not=current", f"{base}&type:not=http://loinc.org|11502-2"]


def _pages(key: str) -> list[str]:
    record = f"/pro/dossier/{key}/"
    queries = ["", *(f"?q={word}" for word in WORDS), "?auteur=Dr+Antoine+ALPHA", "?type=10", "?du=01/03/2026"]
    return [record, *(f"{record}documents/{query}" for query in queries), f"{record}deposer/", "/pro/"]


def _same_names(text: str) -> str:
    names: dict[str, str] = {}
    text = _TOKEN.sub(r"\1-", text)
    return _DRAWN.sub(lambda found: names.setdefault(found[0], f"n{len(names)}"), text)


def _follow(client: Any, address: str, headers: dict[str, str]) -> list[tuple[int, str]]:
    """The answer, and the two pages that it leads to."""
    told = []
    for _ in range(3):
        answer = client.get(address, headers=headers)
        text = answer.content.decode()
        told.append((answer.status_code, _same_names(text)))
        following = re.search(
            r'"relation":"next","url":"[^"]*?(/fhir/[^"]+)"|<nav class="hy-more".*?href="([^"]+)"', text
        )
        if following is None:
            break
        address = following[1] or address.partition("?")[0] + following[2].replace("&amp;", "&")
    return told


def _ask_all(plan: list[Paper], *, with_hidden: bool) -> dict[str, Any]:
    """What the nurse of the care team and the nurse's software are told; nothing of it stays."""
    from tests import factories
    from tests.security import town as building

    told: dict[str, Any] = {}
    with transaction.atomic():
        world = factories.world(now=factories.NOW)
        person = building.Resident("lea", world.space_id, world.ins, world.traits, world.lea)
        depositor = factories.professional(9, at=(world.elsewhere,), family="DEPOSANT")
        town = building.Town(world, person, person, depositor, depositor)
        _fill(world, depositor, plan, with_hidden=with_hidden)
        nurse = building.professional(town, "nurse", world.nurse)
        software = building.machine(town, "software nurse", world.nurse).software
        headers = {"Authorization": f"Bearer {software.token}"}
        for address in _searches(world.space_id):
            told[_same_names(address)] = _follow(software.client, address, headers)
        for address in _pages(nurse.key):
            told[address] = _follow(nurse.client, address, {})
        told |= _every_document(nurse, software, world)
        transaction.set_rollback(True)
    return told


def _every_document(nurse: Any, software: Any, world: Any) -> dict[str, Any]:
    """Each document that the search gives: its page, its file, its resource."""
    told = {}
    found = software.get(f"/fhir/DocumentReference?patient={world.space_id}&_count=100").json().get("entry", [])
    for number, entry in enumerate(found):
        logical_id = entry["resource"]["id"]
        page = f"/pro/dossier/{nurse.key}/documents/{logical_id.partition('.')[2]}/"
        answers = (nurse.client.get(page), software.get(f"/fhir/DocumentReference/{logical_id}"))
        told[f"document {number}"] = [(each.status_code, _same_names(each.content.decode())) for each in answers]
        told[f"file {number}"] = nurse.client.get(f"{page}fichier/").content
    return told


def _differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    return [name for name in {**first, **second} if first.get(name) != second.get(name)]


@given(plan=papers)
# A difference is told by its address: making the plan smaller would take minutes.
@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
def test_what_is_hidden_changes_no_byte_of_what_a_professional_is_told(plan):
    assert _differences(_ask_all(plan, with_hidden=True), _ask_all(plan, with_hidden=False)) == []


def test_one_more_visible_document_is_seen_in_lists_counts_and_pages():
    """The planted defect: a document that is there without being hidden is the fault that the test must see."""
    plan = [Paper("11502-2", "asthme", "ALPHA", True, False, False)]
    other = Paper("34112-3", "tension", "BETA", True, False, False)
    found = _differences(_ask_all([*plan, other], with_hidden=True), _ask_all(plan, with_hidden=True))
    assert {"document 0", "/fhir/DocumentReference?patient=n0&_summary=count"} <= set(found)
    assert any(name.endswith("?q=tension") for name in found) and any("Allergy" in name for name in found)


def test_a_person_sees_the_same_whatever_professionals_have_not_announced(db):
    """INVISIBLE_PATIENT, by the API: lists, counts, facets, the journal's page and who can see."""
    from tests import factories
    from tests.hygie.api import pdsm
    from tests.security import town as building

    told = []
    for labels in (None, ["INVISIBLE_PATIENT"], []):
        with transaction.atomic():
            world = factories.world(now=factories.NOW)
            person = building.Resident("lea", world.space_id, world.ins, world.traits, world.lea)
            town = building.Town(world, person, person, world.doctor, world.doctor)
            software = building.machine(town, "software", world.doctor).software
            assert software.post("/fhir", pdsm.bundle(world)).status_code == 200
            if labels is not None:
                security = [
                    pdsm.concept(pdsm.CONFIDENTIALITY, "N"),
                    *(pdsm.concept(pdsm.TRE_A07, each) for each in labels),
                ]
                document = pdsm.document(world, unique_id="1.2.250.1.999.8", securityLabel=security)
                assert software.post("/fhir", pdsm.bundle(world, document)).status_code == 200
            client = building.citizen(town, person).client
            # The journal says that somebody deposited "a document", without its title: the home page repeats it.
            pages = ("/dossier/documents/", "/dossier/documents/?q=consultation", "/acces/qui-peut/")
            told.append([_same_names(client.get(page).content.decode()) for page in pages])
            transaction.set_rollback(True)
    without, unannounced, announced = told
    for first, second in zip(without, unannounced, strict=True):
        assert first.splitlines() == second.splitlines()
    assert without[0] != announced[0]
