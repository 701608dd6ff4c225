import base64
import uuid

import pytest

from hygie.access import actions as access
from hygie.record import actions as record
from hygie.trace import queries as trace
from tests import factories
from tests.hygie.api.conftest import FORM, code_of, issue_of


def deposit(doctor, n=1, **values):
    answer = doctor.deposit(factories.cda(unique_id=f"1.2.250.1.999.{n}", **values))
    assert answer.status_code == 201, answer.content
    return answer.json()["document_id"]


def entries(answer):
    assert answer.status_code == 200, answer.content
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    return [each["resource"] for each in bundle.get("entry", []) if each["search"]["mode"] == "match"]


def links(answer):
    return {each["relation"]: each["url"] for each in answer.json()["link"]}


def follow(software, url, settings):
    return software.get(url.removeprefix(settings.HYGIE_BASE_URL))


# ---- read


def test_a_read_has_its_version_and_knows_when_nothing_changed(doctor):
    document_id = deposit(doctor)
    answer = doctor.get(f"/fhir/DocumentReference/{document_id}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json")
    assert answer["ETag"] == 'W/"1"' and answer["Last-Modified"].endswith("GMT")
    assert answer.json()["id"] == document_id
    again = doctor.get(f"/fhir/DocumentReference/{document_id}", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    other = doctor.get(f"/fhir/DocumentReference/{document_id}", **{"If-None-Match": 'W/"2"'})
    assert other.status_code == 200


def test_head_answers_like_get_without_the_body(doctor):
    path = f"/fhir/DocumentReference/{deposit(doctor)}"
    got, head = doctor.get(path), doctor.call("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(got.content))
    assert head["ETag"] == got["ETag"]


def test_pretty_moves_white_space_only(doctor):
    path = f"/fhir/DocumentReference/{deposit(doctor)}"
    pretty = doctor.get(f"{path}?_pretty=true")
    assert b"\n" in pretty.content
    assert pretty.json() == doctor.get(path).json()


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/json"])
def test_a_binary_is_a_resource_when_fhir_json_is_asked_for(doctor, accept):
    source = factories.cda()
    document_id = doctor.deposit(source).json()["document_id"]
    answer = doctor.get(f"/fhir/Binary/{document_id}", Accept=accept)
    told = answer.json()
    assert (told["resourceType"], told["id"], told["contentType"]) == ("Binary", document_id, "text/xml")
    assert base64.b64decode(told["data"]) == source


@pytest.mark.parametrize("accept", ["", "*/*", "text/xml", "application/xml", "text/*", "image/png, */*;q=0.1"])
def test_a_binary_is_raw_otherwise(doctor, accept):
    source = factories.cda()
    document_id = doctor.deposit(source).json()["document_id"]
    assert doctor.get(f"/fhir/Binary/{document_id}", Accept=accept).content == source


def test_a_binary_in_another_form_is_not_acceptable(doctor):
    answer = doctor.get(f"/fhir/Binary/{deposit(doctor)}", Accept="application/pdf")
    assert (answer.status_code, code_of(answer)) == (406, "not-acceptable")


def test_what_is_hidden_is_absent_everywhere(software, doctor, world):
    document_id = deposit(doctor, sections=factories.ALLERGY_SECTION)
    nurse = software.acting_for(world.nurse)
    path = f"/fhir/AllergyIntolerance?patient={world.space_id}"
    [allergy] = entries(nurse.get(path))
    record.hide_document(world.lea, world.space_id, document_id.partition(".")[2], now=world.now)
    nothing = f"{world.space_id}.{'a' * 24}"
    for kind, hidden in (
        ("DocumentReference", document_id),
        ("Binary", document_id),
        ("AllergyIntolerance", allergy["id"]),
    ):
        seen, absent = nurse.get(f"/fhir/{kind}/{hidden}"), nurse.get(f"/fhir/{kind}/{nothing}")
        assert seen.status_code == absent.status_code == 404
        assert seen.content == absent.content
    assert entries(nurse.get(path)) == []
    empty = f"/fhir/DocumentReference?patient={world.space_id}&_id={document_id}"
    assert nurse.get(empty).json()["total"] == 0


# ---- other people's ids


@pytest.mark.parametrize("kind", ["DocumentReference", "Binary", "AllergyIntolerance", "Observation"])
def test_another_persons_ids_are_refused_as_if_they_did_not_exist(software, doctor, world, kind):
    document_id = deposit(doctor)
    stranger = software.acting_for(factories.professional(9, at=(world.cabinet,)))
    nowhere = f"{uuid.uuid4()}.{'a' * 24}"
    theirs, absent = stranger.get(f"/fhir/{kind}/{document_id}"), stranger.get(f"/fhir/{kind}/{nowhere}")
    assert theirs.status_code == absent.status_code == 403
    assert theirs.content == absent.content
    assert dict(theirs.headers) | {"X-Request-Id": ""} == dict(absent.headers) | {"X-Request-Id": ""}


def test_another_persons_space_cannot_be_searched_and_nothing_tells_that_it_exists(software, doctor, world):
    deposit(doctor)
    stranger = software.acting_for(factories.professional(9, at=(world.cabinet,)))
    unknown = factories.ins(99)
    answers = [
        stranger.get(f"/fhir/DocumentReference?patient={world.space_id}"),
        stranger.get(f"/fhir/DocumentReference?patient={uuid.uuid4()}"),
        stranger.get("/fhir/DocumentReference?patient=nobody"),
        stranger.get(f"/fhir/DocumentReference?patient.identifier={world.ins.system}|{world.ins.value}"),
        stranger.get(f"/fhir/DocumentReference?patient.identifier={unknown.system}|{unknown.value}"),
        stranger.get(f"/fhir/Patient/{world.space_id}"),
        stranger.get(f"/fhir/Patient/{uuid.uuid4()}"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    refused = [e for e in trace.list_entries(world.space_id, before=None, limit=50) if e.outcome == "refused"]
    assert len(refused) >= 2


def test_ids_of_one_space_never_match_in_another(doctor, world):
    """_id, and the local part of an id under another space."""
    document_id = deposit(doctor)
    other = factories.space(2)
    access.enroll(other, professional_id=world.doctor.professional_id, since=world.now)
    local = document_id.partition(".")[2]
    assert doctor.get(f"/fhir/DocumentReference/{other}.{local}").status_code == 404
    assert doctor.get(f"/fhir/Binary/{other}.{local}").status_code == 404
    assert entries(doctor.get(f"/fhir/DocumentReference?patient={other}&_id={document_id}")) == []
    assert entries(doctor.get(f"/fhir/DocumentReference?patient={other}&_id={local}")) == []
    assert (
        len(entries(doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&_id={document_id},{other}.x"))) == 1
    )


@pytest.mark.parametrize(
    "logical_id",
    ["x", "1", "a.b", "00000000-0000-4000-8000-000000000000", "{space}", "{space}.", "{SPACE}.aaa", "{space}.%00", "{space}.a%27",
     "{space}.é", "..", "{space}." + "a" * 40, "{nodash}.aaa"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["DocumentReference", "Binary", "Observation"])
def test_what_cannot_be_an_id_is_not_found(doctor, world, kind, logical_id):
    space = str(world.space_id)
    written = logical_id.format(space=space, SPACE=space.upper(), nodash=world.space_id.hex)
    answer = doctor.get(f"/fhir/{kind}/{written}")
    assert (answer.status_code, issue_of(answer)["code"]) == (404, "not-found")


# ---- search


def test_a_search_finds_newest_first_and_pages(doctor, world, settings):
    made = [deposit(doctor, n, effective=f"2026110{n}093000+0100") for n in range(1, 6)]
    answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&_count=2")
    seen = [each["id"] for each in entries(answer)]
    assert answer.json()["total"] == 5
    while "next" in links(answer):
        deposit(doctor, 10 + len(seen), effective="20261110093000+0100")  # what comes meanwhile moves nothing
        answer = follow(doctor, links(answer)["next"], settings)
        seen += [each["id"] for each in entries(answer)]
    assert seen == made[::-1]
    oldest = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&_sort=date&_count=1")
    assert entries(oldest)[0]["id"] == made[0]


def test_a_full_url_leads_to_the_resource(doctor, world, settings):
    deposit(doctor)
    [entry] = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}").json()["entry"]
    assert follow(doctor, entry["fullUrl"], settings).json() == entry["resource"]


def test_the_person_may_be_named_in_each_of_the_usual_ways(doctor, world):
    deposit(doctor)
    token = f"{world.ins.system}|{world.ins.value}"
    for query in (
        f"patient={world.space_id}",
        f"patient=Patient/{world.space_id}",
        f"subject=Patient/{world.space_id}",
        f"patient=http://127.0.0.1:8000/fhir/Patient/{world.space_id}",
        f"patient.identifier={token}",
        f"patient:identifier={token}",
        f"subject:Patient.identifier={token}",
        f"patient={world.space_id}&subject=Patient/{world.space_id}",
    ):
        assert len(entries(doctor.get(f"/fhir/DocumentReference?{query}"))) == 1, query


def test_a_search_may_be_posted(doctor, world):
    deposit(doctor)
    body = f"patient.identifier={world.ins.system}%7C{world.ins.value}&status=current".encode()
    answer = doctor.post("/fhir/DocumentReference/_search", body, FORM)
    assert len(entries(answer)) == 1
    assert doctor.post("/fhir/DocumentReference/_search", b"{}", "application/json").status_code == 415


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=current", 1),
        ("status=superseded", 0),
        ("status:not=superseded", 1),
        ("type=11502-2", 1),
        ("type=http://loinc.org|11502-2", 1),
        ("type=https://mos.esante.gouv.fr/NOS/TRE_A04-Loinc/FHIR/TRE-A04-Loinc|11502-2", 1),
        ("type=urn:oid:2.16.840.1.113883.6.1|11502-2", 1),
        ("type=http://loinc.org|", 1),
        ("type=11488-4,11502-2", 1),
        ("type=11488-4", 0),
        ("type:not=11502-2", 0),
        ("category=10", 1),
        ("category=11", 0),
        ("date=2026-11-02", 1),
        ("date=2026", 1),
        ("date=ge2026-11&date=lt2026-12", 1),
        ("date=gt2026-11-02", 0),
        ("date=2026-11-02T09:30:00%2B01:00", 1),
        ("date=2026-11-02T08:30Z", 1),
        ("creation=2026-11-02", 1),
        ("period=ge2026-11-02", 1),
        ("period=2026-11-02", 0),  # a period without an end is not within a day
        ("author=899900000001", 1),
        ("author:identifier=urn:oid:1.2.250.1.71.4.2.1|899900000001", 1),
        ("author.identifier=urn:oid:1.2.250.1.71.4.2.1|899900000009", 0),
        ("identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1", 1),
        ("identifier=urn:oid:1.2.250.1.999.2", 0),
        ("security-label=N", 1),
        ("security-label=MASQUE_PS", 0),
        ("_lastUpdated=ge2020", 1),
        ("_total=none", 1),
    ],
)
def test_each_parameter_narrows(doctor, world, query, found):
    deposit(doctor)
    answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&{query}")
    assert len(entries(answer)) == found
    assert ("total" in answer.json()) == ("_total=none" not in query)
    assert all(each["search"]["mode"] == "match" for each in answer.json().get("entry", []))


def test_a_count_alone_gives_no_resource(doctor, world):
    deposit(doctor)
    for query in ("_count=0", "_summary=count"):
        answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&{query}")
        assert (answer.json()["total"], entries(answer), set(links(answer))) == (1, [], {"self"})


def test_no_more_than_a_hundred_come_at_once(doctor, world):
    answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&_count=5000")
    assert "_count=100" in links(answer)["self"]


def test_what_is_not_understood_is_said_or_refused(doctor, world):
    path = f"/fhir/DocumentReference?patient={world.space_id}&status=current&colour=blue&_include=x"
    lenient = doctor.get(path)
    warnings = [each["resource"] for each in lenient.json()["entry"] if each["search"]["mode"] == "outcome"]
    assert [each["location"] for each in warnings[0]["issue"]] == [["http.colour"], ["http._include"]]
    assert "colour" not in links(lenient)["self"] and "status=current" in links(lenient)["self"]
    strict = doctor.get(path, Prefer="handling=strict")
    assert (strict.status_code, code_of(strict)) == (400, "search-parameter")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=current", "patient-required"),
        ("patient={space}&patient=00000000-0000-4000-8000-000000000000", "patient-required"),
        ("patient={space},x", "patient-required"),
        ("patient=", "search-value"),
        ("patient=Group/{space}", "search-value"),
        ("patient={space}&date=yesterday", "search-value"),
        ("patient={space}&date=ap2026", "search-value"),
        ("patient={space}&date=2026-02-30", "search-value"),
        ("patient={space}&type=|", "search-value"),
        ("patient={space}&type=", "search-value"),
        ("patient={space}&type:below=x", "search-value"),
        ("patient={space}&date:above=2026", "search-modifier"),
        ("patient={space}&_count=-1", "search-value"),
        ("patient={space}&_count=x", "search-value"),
        ("patient={space}&_sort=title", "search-sort"),
        ("patient={space}&_total=all", "search-value"),
        ("patient={space}&_summary=short", "search-value"),
        ("patient={space}&_cursor=nonsense", "cursor"),
        ("patient={space}&type=%FF", "search-encoding"),
        ("patient={space}&type=%00", "search-encoding"),
        ("patient={space}&type=a\\b", "search-escape"),
        ("patient={space}&type=" + "a," * 200 + "a", "search-too-long"),
        ("patient={space}&" + "type=a&" * 100, "search-too-long"),
    ],
)
def test_a_search_that_cannot_be_understood_is_a_bad_request(doctor, world, query, code):
    answer = doctor.get(f"/fhir/DocumentReference?{query.format(space=world.space_id)}")
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_a_token_without_the_search_right_is_refused(software, doctor, world):
    reader = software.acting_for(world.doctor, "user/DocumentReference.r user/Observation.s")
    document_id = deposit(doctor)
    assert reader.get(f"/fhir/DocumentReference/{document_id}").status_code == 200
    assert reader.get(f"/fhir/Observation?patient={world.space_id}").status_code == 200
    refused = [
        reader.get(f"/fhir/DocumentReference?patient={world.space_id}"),
        reader.get(f"/fhir/Binary/{document_id}"),
        reader.get(f"/fhir/AllergyIntolerance?patient={world.space_id}"),
        reader.get(f"/fhir/Practitioner/{world.doctor.professional_id}"),
    ]
    assert {(answer.status_code, code_of(answer)) for answer in refused} == {(403, "client.scope")}


# ---- persons and registers


def test_a_person_is_found_by_ins_and_birth_date(doctor, world):
    query = f"identifier={world.ins.system}|{world.ins.value}&birthdate=1984-03-12"
    [patient] = entries(doctor.get(f"/fhir/Patient?{query}"))
    assert patient["id"] == str(world.space_id)
    assert patient["identifier"][0]["value"] == world.ins.value
    assert patient["name"][0]["family"] == "DURAND"
    assert entries(doctor.post("/fhir/Patient/_search", query.encode(), FORM)) == [patient]
    assert doctor.get(f"/fhir/Patient/{world.space_id}").json() == patient


@pytest.mark.parametrize(
    "query",
    [
        "identifier={system}|{value}&birthdate=1984-03-13",
        "identifier={system}|284039900000299&birthdate=1984-03-12",
        "identifier=urn:oid:1.2.250.1.213.1.4.8|{value}&birthdate=1984-03-12",
        "identifier=urn:oid:1.2.3|{value}&birthdate=1984-03-12",
    ],
)
def test_another_date_number_or_root_finds_nobody(doctor, world, query):
    answer = doctor.get(f"/fhir/Patient?{query.format(system=world.ins.system, value=world.ins.value)}")
    assert (entries(answer), answer.json()["total"]) == ([], 0)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("identifier={system}|{value}", "patient-search"),
        ("birthdate=1984-03-12", "patient-search"),
        ("family=DURAND", "patient-search"),
        ("", "patient-search"),
        ("identifier={value}&birthdate=1984-03-12", "search-value"),
        ("identifier={system}|{value}&birthdate=1984", "search-value"),
        ("identifier={system}|{value}&birthdate=ge1900-01-01", "search-value"),
    ],
)
def test_nobody_is_found_by_less(doctor, world, query, code):
    answer = doctor.get(f"/fhir/Patient?{query.format(system=world.ins.system, value=world.ins.value)}")
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_the_registers_are_read_by_their_ids(doctor, world):
    person = doctor.get(f"/fhir/Practitioner/{world.doctor.professional_id}").json()
    assert person["identifier"][0]["value"] == world.doctor.idnps
    place = doctor.get(f"/fhir/Organization/{world.cabinet}").json()
    assert (place["resourceType"], place["name"]) == ("Organization", "Cabinet fictif n° 1")
    assert doctor.get(f"/fhir/Practitioner/{uuid.uuid4()}").status_code == 404
    assert doctor.get("/fhir/Organization/x").status_code == 404
