"""Search at the machines' door: includes, chains and pages, as far as the token and the rules see."""

import pytest

from hygie.record import actions as record
from tests.hygie.api.conftest import FORM
from tests.hygie.api.test_read_search import deposit, entries, links

PRESSURE = """<component><section>
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.3.25"/>
<code code="8716-3" codeSystem="2.16.840.1.113883.6.1" displayName="Signes vitaux"/>
<title>Signes vitaux</title><text>Poids : 72,5 kg</text>
<entry><organizer classCode="CLUSTER" moodCode="EVN">
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13.1"/><templateId root="2.16.840.1.113883.10.20.1.35"/>
<id root="1.2.250.1.999.7.1"/><code code="46680005" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>
<effectiveTime value="20261102093000+0100"/>
<component><observation classCode="OBS" moodCode="EVN">
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13"/><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13.2"/>
<id root="1.2.250.1.999.7.2"/><code code="29463-7" codeSystem="2.16.840.1.113883.6.1" displayName="Poids"/>
<statusCode code="completed"/><effectiveTime value="20261102093000+0100"/><value xsi:type="PQ" value="72.5" unit="kg"/>
</observation></component></organizer></entry></section></component>"""


def included(answer):
    assert answer.status_code == 200, answer.content
    return [e["resource"] for e in answer.json().get("entry", []) if e["search"]["mode"] == "include"]


@pytest.fixture
def document_id(doctor):
    return deposit(doctor, sections=PRESSURE)


def test_an_entry_comes_with_its_document_and_a_document_with_its_entries(doctor, world, document_id):
    path = f"/fhir/Observation?patient={world.space_id}&code=http://loinc.org|29463-7"
    answer = doctor.get(f"{path}&_include=Observation:derived-from")
    [weight] = entries(answer)
    assert weight["valueQuantity"]["code"] == "kg"
    assert [each["id"] for each in included(answer)] == [document_id]
    assert "_include=Observation:derived-from" in links(answer)["self"] and answer.json()["total"] == 1
    assert included(doctor.get(f"{path}&_include=Observation.derivedFrom")) == []
    assert [each["id"] for each in included(doctor.get(f"{path}&_include=Observation.derived-from"))] == [document_id]
    back = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&_revinclude=Observation:derived-from")
    assert weight["id"] in {each["id"] for each in included(back)}
    assert all(each["fullUrl"].endswith(each["resource"]["id"]) for each in back.json()["entry"])


@pytest.mark.parametrize(
    "query",
    [
        "value-quantity=gt72|http://unitsofmeasure.org|kg",
        "value-quantity=72500|http://unitsofmeasure.org|g",
        "code-value-quantity=29463-7$72.5",
        "code:text=poids",
        "derived-from:DocumentReference.type=11502-2",
        "date=2026-11-02",
        "status:in=http://hl7.org/fhir/ValueSet/observation-status",
    ],
)
def test_an_entry_is_found_by_what_it_says(doctor, world, document_id, query):
    answer = doctor.get(f"/fhir/Observation?patient={world.space_id}&code=29463-7&{query}")
    assert len(entries(answer)) == 1, answer.content


def test_a_token_that_may_not_search_a_type_is_not_led_to_it(software, world, document_id):
    narrow = software.acting_for(world.doctor, "user/Observation.s")
    path = f"/fhir/Observation?patient={world.space_id}&code=29463-7"
    assert len(entries(narrow.get(path))) == 1
    assert included(narrow.get(f"{path}&_include=Observation:derived-from&_include=*")) == []
    assert entries(narrow.get(f"{path}&derived-from:DocumentReference.type=11502-2")) == []


def test_what_is_hidden_changes_nothing_for_who_may_not_see_it(software, doctor, world, document_id):
    nurse = software.acting_for(world.nurse)
    other = deposit(doctor, 2)
    queries = [
        f"/fhir/DocumentReference?patient={world.space_id}&_revinclude=Observation:derived-from&_count=1",
        f"/fhir/DocumentReference?patient={world.space_id}&_has:Observation:derived-from:code=29463-7",
        f"/fhir/Observation?patient={world.space_id}&derived-from:DocumentReference.status=current&_include=*",
        f"/fhir/Observation?patient={world.space_id}&_sort=-code,date",
    ]
    seen = [nurse.get(query).json() for query in queries]
    assert seen[1]["total"] == 1 and seen[2]["total"] > 0
    record.hide_document(world.lea, world.space_id, document_id.partition(".")[2], now=world.now)
    for query in queries:
        answer = nurse.get(query)
        assert document_id not in answer.content.decode()
    assert nurse.get(queries[0]).json()["total"] == 1 and [e["id"] for e in entries(nurse.get(queries[0]))] == [other]
    assert [nurse.get(query).json()["total"] for query in queries[1:]] == [0, 0, 0]


def test_a_document_that_was_hidden_is_found_by_its_new_label(doctor, world, document_id):
    path = f"/fhir/DocumentReference?patient={world.space_id}&security-label=MASQUE_PS"
    assert entries(doctor.get(path)) == []
    record.hide_document(world.lea, world.space_id, document_id.partition(".")[2], now=world.now)
    assert [each["id"] for each in entries(doctor.get(path))] == [document_id]
    assert len(entries(doctor.get(path.replace("security-label=MASQUE_PS", "type=11502-2")))) == 1


def test_a_long_search_is_posted(doctor, world, document_id):
    body = (
        f"patient={world.space_id}&code=http%3A%2F%2Floinc.org%7C29463-7&_include=Observation%3Aderived-from".encode()
    )
    answer = doctor.post("/fhir/Observation/_search", body, FORM)
    assert len(entries(answer)) == 1 and len(included(answer)) == 1
    assert "next" not in links(answer)


def test_the_registers_are_searched_without_a_person(software, world):
    doctor = software.acting_for(world.doctor)
    answer = doctor.get("/fhir/Practitioner?family=nobody-of-this-name")
    assert entries(answer) == []
