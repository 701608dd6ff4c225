import datetime as dt

import pytest

from hygie.access import actions as access
from hygie.identity.ins import INS, NIR_TEST, IdentityStatus
from hygie.lib import ids
from hygie.record import queries as record
from hygie.record.types import DocumentFilters
from hygie.trace import queries as trace
from tests import factories
from tests.hygie.api.conftest import code_of, issue_of


def documents(world):
    """What the citizen sees: nothing stored means nothing here."""
    return record.list_documents(world.lea, world.space_id, DocumentFilters(status=""), now=world.now).cards


def refusals(world):
    return [e for e in trace.list_entries(world.space_id, before=None, limit=50) if e.outcome == "refused"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/xml",
        "text/xml",
        "application/hl7-v3+xml",
        "text/xml; charset=utf-8",
        'Application/XML; charset="UTF-8"',
    ],
)
def test_a_cda_is_deposited_with_any_of_its_media_types(doctor, world, content_type, settings):
    answer = doctor.deposit(factories.cda(), content_type)
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == {"receipt", "document_id", "version", "unique_id", "sha256", "space_id"}
    assert told["space_id"] == str(world.space_id)
    assert ids.split_logical_id(told["document_id"])[0] == world.space_id
    assert answer["Location"] == f"{settings.HYGIE_BASE_URL}/fhir/DocumentReference/{told['document_id']}"


def test_what_was_deposited_is_given_back_byte_for_byte(doctor):
    source = factories.cda()
    document_id = doctor.deposit(source).json()["document_id"]
    answer = doctor.get(f"/fhir/Binary/{document_id}")
    assert answer.content == source
    assert answer["Content-Type"] == "text/xml"
    assert answer["Content-Disposition"] == "attachment"


def test_the_same_document_again_is_the_same_receipt(doctor, world):
    first, again = doctor.deposit(factories.cda()), doctor.deposit(factories.cda())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert len(documents(world)) == 1


def test_other_bytes_under_the_same_unique_id_are_a_conflict(doctor, world):
    doctor.deposit(factories.cda())
    answer = doctor.deposit(factories.cda(title="Autre"))
    assert (answer.status_code, code_of(answer)) == (409, "unique-id-conflict")
    assert len(documents(world)) == 1
    assert len(refusals(world)) == 1


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/fhir+json", "text/plain", "", "multipart/form-data"]
)
def test_a_wrong_content_type_is_refused(doctor, world, content_type):
    answer = doctor.deposit(factories.cda(), content_type)
    assert (answer.status_code, code_of(answer)) == (415, "media-type")
    assert documents(world) == []


BOMB = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><ClinicalDocument xmlns="urn:hl7-org:v3">&c;</ClinicalDocument>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&x;</title></ClinicalDocument>"""


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "xml-not-wellformed"),
        (b"not XML at all", "xml-not-wellformed"),
        (b"<a><b></a>", "xml-not-wellformed"),
        (b'{"resourceType": "Bundle"}', "xml-not-wellformed"),
        (BOMB, "xml-doctype"),
        (EXTERNAL, "xml-doctype"),
        (b"<a>" * 5000 + b"</a>" * 5000, "xml-not-wellformed"),
    ],
    ids=["empty", "text", "broken", "json", "bomb", "external", "deep"],
)
def test_what_is_not_well_formed_xml_is_a_bad_request(doctor, world, source, code):
    answer = doctor.deposit(source)
    assert (answer.status_code, issue_of(answer)["code"]) == (400, "structure")
    assert code_of(answer) == code
    assert b"root:" not in answer.content
    assert documents(world) == []


def test_xml_that_is_not_a_cda_is_refused(doctor, world):
    answer = doctor.deposit(b"<note><to>somebody</to></note>")
    assert (answer.status_code, code_of(answer)) == (422, "cda-root")


def without(source, start, end):
    head, _, rest = source.partition(start)
    return head + rest.partition(end)[2]


def test_a_cda_needs_one_patient(doctor, world):
    source = factories.cda()
    none = without(source, b"<recordTarget>", b"</recordTarget>")
    target = (
        b"<recordTarget>" + source.partition(b"<recordTarget>")[2].partition(b"</recordTarget>")[0] + b"</recordTarget>"
    )
    two = source.replace(target, target * 2)
    for sent, code in ((none, "cda-patient-missing"), (two, "cda-patient-several")):
        answer = doctor.deposit(sent)
        assert (answer.status_code, code_of(answer)) == (422, code)
        assert issue_of(answer)["location"] == ["/ClinicalDocument/recordTarget"]
    assert documents(world) == []


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        (b"<title>", b"</title>", "title"),
        (b"<effectiveTime value", b"/>", "effectiveTime"),
        (b"<custodian>", b"</custodian>", "custodian"),
        (b"<author>", b"</author>", "author"),
        (b"<confidentialityCode", b"/>", "confidentialityCode"),
        (b"<languageCode", b"/>", "languageCode"),
        (b'<code code="11502-2"', b"/>", "code"),
    ],
)
def test_missing_mandatory_metadata_are_refused_with_their_path(doctor, world, start, end, path):
    answer = doctor.deposit(without(factories.cda(), start, end))
    assert answer.status_code == 422
    issue = issue_of(answer)
    assert (issue["code"], code_of(answer)) == ("required", "cda-required")
    assert issue["location"][0].startswith(f"/ClinicalDocument/{path}")
    assert documents(world) == []


def test_an_unknown_type_is_refused(doctor, world):
    answer = doctor.deposit(factories.cda(type_code="99999-9"))
    assert (answer.status_code, code_of(answer)) == (422, "type-unknown")
    assert issue_of(answer)["location"] == ["/ClinicalDocument/code"]


def test_an_unknown_ins_and_no_ins_are_refused(doctor, world):
    unknown = doctor.deposit(factories.cda(number=factories.ins(77)))
    assert (unknown.status_code, code_of(unknown)) == (422, "space-unknown")
    # the same digits under another root are another person
    other_root = doctor.deposit(factories.cda(number=INS("1.2.250.1.213.1.4.8", world.ins.value)))
    assert code_of(other_root) == "space-unknown"
    none = doctor.deposit(factories.cda(number=INS(NIR_TEST, "")))
    assert (none.status_code, code_of(none)) == (422, "ins-missing")


@pytest.mark.parametrize(
    ("who", "trait"),
    [
        ({"family": "DUPONT"}, "birth name"),
        ({"sex": "M"}, "sex"),
        ({"born_on": dt.date(1984, 3, 13)}, "birth date"),
    ],
)
def test_traits_that_are_not_those_of_the_ins_are_refused_and_traced(doctor, world, who, trait):
    answer = doctor.deposit(factories.cda(who=factories.traits(**who)))
    assert (answer.status_code, code_of(answer)) == (422, "traits-mismatch")
    assert trait in issue_of(answer)["diagnostics"]
    assert b"DUPONT" not in answer.content and b"DURAND" not in answer.content
    assert documents(world) == []
    assert len(refusals(world)) == 1


def test_a_provisional_identity_is_refused(doctor, world):
    number = factories.ins(5)
    space_id = factories.space(5, status=IdentityStatus.PROV)
    answer = doctor.deposit(factories.cda(number=number))
    assert (answer.status_code, code_of(answer)) == (422, "identity-not-qualified")
    assert [e.outcome for e in trace.list_entries(space_id, before=None, limit=9)] == ["refused"]


def test_a_profession_without_the_right_is_refused_and_traced(software, world):
    optician = factories.professional(9, profession="28", at=(world.cabinet,))
    answer = software.acting_for(optician).deposit(factories.cda())
    assert (answer.status_code, issue_of(answer)["code"]) == (403, "forbidden")
    assert code_of(answer) == "professional.feed-matrix"
    assert documents(world) == []
    assert len(refusals(world)) == 1


def test_a_blocked_professional_is_refused_and_traced(doctor, world):
    access.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=world.now)
    answer = doctor.deposit(factories.cda())
    assert (answer.status_code, code_of(answer)) == (403, "professional.blocked")
    assert documents(world) == []
    assert len(refusals(world)) == 1


def test_an_opposition_refuses_the_deposit(doctor, world):
    access.oppose(world.lea, world.space_id, now=world.now)
    answer = doctor.deposit(factories.cda())
    assert (answer.status_code, code_of(answer)) == (403, "opposition.all")


def test_a_token_without_the_scope_is_refused_and_traced(software, world):
    answer = software.acting_for(world.doctor, "user/DocumentReference.rs").deposit(factories.cda())
    assert (answer.status_code, code_of(answer)) == (403, "client.scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert documents(world) == []
    assert len(refusals(world)) == 1


def test_a_body_that_is_too_large_is_refused_before_it_is_read(doctor, world):
    source = factories.cda()
    answer = doctor.client.generic(
        "POST", "/dmp/documents", source, content_type="text/xml",
        headers={"Authorization": f"Bearer {doctor.token}"}, CONTENT_LENGTH=str(50 * 1024 * 1024),
    )  # fmt: skip
    assert (answer.status_code, code_of(answer)) == (413, "body-too-large")


def test_fifty_megabytes_are_refused(doctor, world):
    answer = doctor.deposit(b"<a>" + b" " * (50 * 1024 * 1024) + b"</a>")
    assert (answer.status_code, issue_of(answer)["code"]) == (413, "too-long")
    assert documents(world) == []


def test_a_replacement_supersedes_the_former_version(doctor, world):
    first = doctor.deposit(factories.cda()).json()["document_id"]
    second = doctor.deposit(factories.cda(unique_id="1.2.250.1.999.2", replaces="1.2.250.1.999.1")).json()[
        "document_id"
    ]
    former = doctor.get(f"/fhir/DocumentReference/{first}")
    assert (former.json()["status"], former["ETag"]) == ("superseded", 'W/"2"')
    assert doctor.get(f"/fhir/DocumentReference/{second}").json()["status"] == "current"
