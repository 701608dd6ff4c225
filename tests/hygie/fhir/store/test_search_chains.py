"""Chains, `_has`, `_include`, `_revinclude`: across resources, and never through what the scope hides."""

import pytest

from hygie.fhir.store.condition import ALWAYS, NEVER, HasLabel
from hygie.fhir.store.including import MAX_INCLUDED
from hygie.fhir.store.repository import Repository
from hygie.fhir.store.scope import Scope
from hygie.lib.ids import REGISTERS
from tests.hygie.fhir.store.shelf import Shelf

pytestmark = pytest.mark.django_db

HIDDEN = 1
NOT_HIDDEN = ~HasLabel(HIDDEN)
MINE = {"reference": "@Patient/"}


def fill_registers():
    registers = Shelf(REGISTERS)
    registers.put(
        "p1",
        {
            "resourceType": "Practitioner",
            "name": [{"family": "Martin"}],
            "identifier": [{"system": "urn:i", "value": "1"}],
        },
    )
    registers.put(
        "o1", {"resourceType": "Organization", "name": "Clinique", "partOf": {"reference": "Organization/o0"}}
    )
    registers.put("o0", {"resourceType": "Organization", "name": "Groupe"})
    return registers


@pytest.fixture
def shelf():
    """An encounter of a service request, two observations of it (one hidden), a report of both; registers beside."""
    fill_registers()
    shelf = Shelf()
    shelf.put(str(shelf.space_id), {"resourceType": "Patient", "name": [{"family": "Durand"}], "gender": "female"})
    shelf.put(
        "sr",
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "subject": MINE,
            "code": {"text": "Bilan"},
        },
    )
    shelf.put("enc", {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": MINE,
        "basedOn": [{"reference": "@ServiceRequest/sr"}], "serviceProvider": {"reference": "Organization/o1"},
    })  # fmt: skip
    for name, labels in (("seen", 0), ("hidden", HIDDEN)):
        shelf.put(name, {
            "resourceType": "Observation", "status": "final", "code": {"coding": [{"code": name}]}, "subject": MINE,
            "encounter": {"reference": "@Encounter/enc"}, "performer": [{"reference": "Practitioner/p1"}],
        }, labels=labels)  # fmt: skip
    shelf.put("report", {
        "resourceType": "DiagnosticReport", "status": "final", "code": {"text": "R"}, "subject": MINE,
        "result": [{"reference": "@Observation/seen"}, {"reference": "@Observation/hidden"}],
    })  # fmt: skip
    return shelf


CHAINS = [
    ("Observation?encounter.status=finished", {"seen", "hidden"}),
    ("Observation?encounter:Encounter.status=planned", set()),
    ("Observation?encounter:Encounter.based-on:ServiceRequest.status=active", {"seen", "hidden"}),
    ("Observation?encounter:Encounter.based-on:ServiceRequest.intent=plan", set()),
    ("Observation?subject:Patient.gender=female", {"seen", "hidden"}),
    ("Observation?patient.family=durand", {"seen", "hidden"}),
    ("Observation?patient.family=martin", set()),
    ("Observation?performer:Practitioner.family=martin", {"seen", "hidden"}),
    ("Observation?performer:Practitioner.identifier=urn:i|1", {"seen", "hidden"}),
    ("Observation?performer:Practitioner.identifier=urn:i|2", set()),
    ("Observation?performer:Organization.name=clinique", set()),
    ("Encounter?service-provider.name=clinique", {"enc"}),
    ("Encounter?_has:Observation:encounter:code=seen", {"enc"}),
    ("Encounter?_has:Observation:encounter:code=other", set()),
    ("Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:status=final", {"enc"}),
    ("Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:status=partial", set()),
    ("Encounter?_has:Observation:encounter:performer:Practitioner.family=martin", {"enc"}),
    ("Encounter?_has:Observation:encounter:encounter.status=finished", {"enc"}),
    ("ServiceRequest?_has:Encounter:based-on:_has:Observation:encounter:code=seen", {"sr"}),
    ("Patient?_has:Observation:patient:code=seen", {"patient"}),
    ("Patient?_has:Observation:patient:code=other", set()),
    ("Encounter?_has:Observation:encounter:code:not=seen", {"enc"}),
]


@pytest.mark.parametrize(("query", "names"), CHAINS)
def test_chains_and_has(shelf, query, names):
    found = {"patient" if name == str(shelf.space_id) else name for name in shelf.found(query)}
    assert found == names


HOPS = [
    "Encounter?_has:Observation:encounter:code=hidden",
    "Encounter?_has:Observation:encounter:code:not=seen",
    "DiagnosticReport?result.code=hidden",
    "Patient?_has:Observation:patient:code=hidden",
    "Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:result.code=hidden",
]


@pytest.mark.parametrize("query", HOPS)
def test_nothing_is_found_through_what_is_hidden(shelf, query):
    assert shelf.found(query)
    assert shelf.found(query, condition=NOT_HIDDEN, by_type=lambda type: NOT_HIDDEN) == set()
    assert shelf.found(query, by_type=lambda type: NEVER if type == "Observation" else ALWAYS) == set()


def test_the_registers_are_seen_by_type_and_not_by_the_condition_on_a_record(shelf):
    query = "Observation?performer:Practitioner.family=martin&_include=Observation:performer"
    page = shelf.page(query, by_type=lambda type: HasLabel(2))
    assert {row.id for row in page.rows} == {"seen", "hidden"} and [each.row.id for each in page.included] == ["p1"]
    assert shelf.found(query, by_type=lambda type: NEVER) == set()


def included(shelf, query, **changes):
    page = shelf.page(query, **changes)
    assert len({(each.type, each.row.id) for each in page.included}) == len(page.included)
    return {f"{each.type}/{'me' if each.row.id == str(shelf.space_id) else each.row.id}" for each in page.included}


INCLUDES = [
    ("Observation?_include=Observation:encounter", {"Encounter/enc"}),
    ("Observation?_include=Observation.encounter", {"Encounter/enc"}),
    ("Observation?_include=Observation:encounter:Encounter", {"Encounter/enc"}),
    ("Observation?_include=Observation:encounter:EpisodeOfCare", set()),
    ("Observation?_include=Observation:patient", {"Patient/me"}),
    ("Observation?_include=Observation:subject", {"Patient/me"}),
    ("Observation?_include=Observation:performer", {"Practitioner/p1"}),
    ("Observation?_include=*", {"Encounter/enc", "Practitioner/p1", "Patient/me"}),
    ("Observation?code=other&_include=*", set()),
    (
        "Observation?_include=Observation:encounter&_include:iterate=Encounter:based-on",
        {"Encounter/enc", "ServiceRequest/sr"},
    ),
    ("Observation?_include=Observation:encounter&_include=Encounter:based-on", {"Encounter/enc", "ServiceRequest/sr"}),
    ("Observation?_include=Observation:encounter&_include:iterate=Encounter:service-provider",
     {"Encounter/enc", "Organization/o1"}),
    ("Encounter?_revinclude=Observation:encounter", {"Observation/seen", "Observation/hidden"}),
    ("Encounter?_revinclude=Observation:encounter&_revinclude:iterate=DiagnosticReport:result",
     {"Observation/seen", "Observation/hidden", "DiagnosticReport/report"}),
    ("Patient?_revinclude=DiagnosticReport:patient", {"DiagnosticReport/report"}),
    ("DiagnosticReport?_include:iterate=DiagnosticReport:result&_include:iterate=Observation:encounter",
     {"Observation/seen", "Observation/hidden", "Encounter/enc"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "names"), INCLUDES)
def test_includes(shelf, query, names):
    assert included(shelf, query) == names


def test_what_is_hidden_is_not_included_either_way(shelf):
    seen = {"condition": NOT_HIDDEN, "by_type": lambda type: NOT_HIDDEN}
    assert included(shelf, "DiagnosticReport?_include=DiagnosticReport:result", **seen) == {"Observation/seen"}
    assert included(shelf, "Encounter?_revinclude=Observation:encounter", **seen) == {"Observation/seen"}
    nothing = {"by_type": lambda type: NEVER}
    assert included(shelf, "DiagnosticReport?_include=*&_include=DiagnosticReport:result", **nothing) == set()
    assert included(shelf, "Encounter?_revinclude=Observation:encounter", **nothing) == set()


def test_a_scope_that_says_nothing_of_other_types_sees_none(shelf):
    scope = Scope(shelf.space_id, ALWAYS)
    assert scope.by_type("Observation") is NEVER
    assert Repository(scope).read("Observation", "seen")


def test_the_same_reference_in_two_spaces_never_meets():
    """Another space has the same local ids."""
    one, other = Shelf(), Shelf()
    for shelf, status in ((one, "finished"), (other, "planned")):
        shelf.put("enc", {"resourceType": "Encounter", "status": status, "class": {"code": "AMB"}, "subject": MINE})
        shelf.put("obs", {
            "resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": MINE,
            "encounter": {"reference": f"Encounter/{one.space_id}.enc"},
        })  # fmt: skip
    assert one.found("Observation?encounter.status=finished") == {"obs"}
    assert other.found("Observation?encounter.status=finished") == set()
    assert included(other, "Observation?_include=Observation:encounter") == set()
    assert other.found(f"Observation?encounter=Encounter/{one.space_id}.enc") == {"obs"}


def test_too_much_is_cut_and_said(monkeypatch):
    monkeypatch.setattr("hygie.fhir.store.including.MAX_INCLUDED", 3)
    assert MAX_INCLUDED == 1_000
    shelf = Shelf()
    shelf.put("enc", {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": MINE})
    for number in range(5):
        shelf.put(f"o{number}", {
            "resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": MINE,
            "encounter": {"reference": "@Encounter/enc"},
        })  # fmt: skip
    page = shelf.page("Encounter?_revinclude=Observation:encounter")
    assert len(page.included) == 3 and page.cut


def test_registers_are_searched_apart(shelf):
    registers = Shelf(REGISTERS)
    assert registers.find("Practitioner?identifier=urn:i|1") == ["p1"]
    assert registers.find("Organization?partof.name=groupe") == ["o1"]
    assert registers.find("Organization?_has:Organization:partof:name=clinique") == ["o0"]
    assert included(registers, "Organization?name=clinique&_include=Organization:partof") == {"Organization/o0"}
    assert included(registers, "Organization?name=groupe&_revinclude=Organization:partof") == {"Organization/o1"}
    assert registers.find("Practitioner?_has:Observation:performer:code=seen") == []
