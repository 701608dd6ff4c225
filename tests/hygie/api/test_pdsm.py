import base64
import copy
import hashlib

import pytest

from hygie.record import queries as record
from hygie.record.types import DocumentFilters
from tests import factories
from tests.hygie.api import pdsm
from tests.hygie.api.conftest import code_of, issue_of
from tests.hygie.api.pdsm import PDF, SET


def documents(world):
    return record.list_documents(world.lea, world.space_id, DocumentFilters(status=""), now=world.now).cards


def cda_document(world, source, **changes):
    return pdsm.document(world, data=source, media_type="application/xml", **changes)


def test_a_transaction_deposits_a_document_and_answers_entry_by_entry(doctor, world):
    answer = doctor.post("/fhir", pdsm.bundle(world))
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["resourceType"], told["type"]) == ("Bundle", "transaction-response")
    lot, reference, file = (each["response"] for each in told["entry"])
    assert lot["status"] == "200 OK" and "location" not in lot
    assert reference["status"] == file["status"] == "201 Created"
    assert reference["etag"] == 'W/"1"'
    assert reference["location"].startswith(f"DocumentReference/{world.space_id}.")
    assert file["location"] == reference["location"].replace("DocumentReference", "Binary")
    assert answer["Hygie-Receipt"]
    logical_id = reference["location"].split("/")[1]
    assert doctor.get(f"/fhir/Binary/{logical_id}").content == PDF


def test_the_stored_reference_keeps_what_was_sent_and_leads_somewhere(doctor, world):
    location = doctor.post("/fhir", pdsm.bundle(world)).json()["entry"][1]["response"]["location"]
    stored = doctor.get("/fhir/" + location.partition("/_history")[0]).json()
    assert stored["subject"] == {"reference": f"Patient/{world.space_id}"}
    assert stored["masterIdentifier"]["value"] == "urn:oid:1.2.250.1.999.7"
    assert [each["id"] for each in stored["contained"]] == ["source", "person", "practice", "author"]
    assert stored["content"][0]["attachment"]["url"] == f"Binary/{stored['id']}"
    assert stored["content"][0]["attachment"]["hash"] == pdsm.sha1(PDF)
    assert stored["context"]["facilityType"]["coding"][0]["code"] == "SA07"
    card = documents(world)[0]
    assert (card.media_type, card.author, card.organization) == (
        "application/pdf",
        "Dr Antoine MARTIN",
        "Cabinet fictif",
    )


def test_the_same_transaction_again_has_one_effect(doctor, world):
    first, again = doctor.post("/fhir", pdsm.bundle(world)), doctor.post("/fhir", pdsm.bundle(world))
    assert first["Hygie-Receipt"] == again["Hygie-Receipt"]
    assert again.json()["entry"][1]["response"]["status"] == "200 OK"
    assert len(documents(world)) == 1


def test_several_documents_go_in_together_or_not_at_all(doctor, world):
    other, file = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000008", "urn:uuid:aaaaaaaa-0000-4000-8000-000000000009"
    second = pdsm.document(world, unique_id="1.2.250.1.999.8")
    second["content"][0]["attachment"]["url"] = file
    more = [pdsm.entry(other, second), pdsm.entry(file, pdsm.binary())]
    broken = copy.deepcopy(more)
    broken[0]["resource"]["type"]["coding"][0]["code"] = "99999-9"
    answer = doctor.post("/fhir", pdsm.bundle(world, None, *broken))
    assert (answer.status_code, code_of(answer)) == (422, "type-unknown")
    assert issue_of(answer)["expression"] == ["Bundle.entry[3].resource.type"]
    assert documents(world) == []
    answer = doctor.post("/fhir", pdsm.bundle(world, None, *more))
    assert answer.status_code == 200
    assert len(answer["Hygie-Receipt"].split(", ")) == len(documents(world)) == 2


def test_a_cda_in_a_transaction_speaks_for_itself(doctor, world):
    source = factories.cda(unique_id="1.2.250.1.999.7", sections=factories.ALLERGY_SECTION)
    resource = cda_document(world, source, type_code="11502-2")
    answer = doctor.post("/fhir", pdsm.bundle(world, resource, file=pdsm.binary(source, "text/xml")))
    assert answer.status_code == 200, answer.content
    found = doctor.get(f"/fhir/AllergyIntolerance?patient={world.space_id}").json()
    assert found["total"] == 1
    # and the same document by the other door is the same deposit
    assert doctor.deposit(source).json()["receipt"] == answer["Hygie-Receipt"]


def test_a_simplified_publish_is_created(doctor, world, settings):
    answer = doctor.post("/fhir/DocumentReference", pdsm.simplified(world))
    assert answer.status_code == 201, answer.content
    assert answer["ETag"] == 'W/"1"'
    assert answer["Hygie-Receipt"]
    assert answer["Location"].startswith(f"{settings.HYGIE_BASE_URL}/fhir/DocumentReference/{world.space_id}.")
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert doctor.post("/fhir/DocumentReference", pdsm.simplified(world)).status_code == 200


def test_prefer_says_what_comes_back(doctor, world):
    minimal = doctor.post("/fhir/DocumentReference", pdsm.simplified(world), Prefer="return=minimal")
    assert (minimal.status_code, minimal.content) == (201, b"")
    whole = doctor.post("/fhir/DocumentReference", pdsm.simplified(world), Prefer="return=representation")
    assert whole.json()["resourceType"] == "DocumentReference"
    assert "data" not in whole.json()["content"][0]["attachment"]


def test_to_feed_is_not_to_read(software, world):
    """A structure outside the care team deposits, and gets the resource back no more than any reader."""
    colleague = factories.professional(8, at=(world.cabinet,))
    answer = software.acting_for(colleague).post(
        "/fhir/DocumentReference", pdsm.simplified(world), Prefer="return=representation"
    )
    assert answer.status_code == 201
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "name",
    [
        "masterIdentifier", "status", "type", "category", "subject", "date", "author", "securityLabel", "content", "context",
    ],
)  # fmt: skip
def test_each_mandatory_element_is_asked_for_by_its_path(doctor, world, name):
    answer = doctor.post("/fhir", pdsm.bundle(world, pdsm.document(world, **{name: None})))
    assert (answer.status_code, issue_of(answer)["code"]) == (422, "required")
    assert issue_of(answer)["expression"][0].startswith(f"Bundle.entry[1].resource.{name}")
    assert documents(world) == []


@pytest.mark.parametrize("name", ["contentType", "language", "url", "size", "hash", "title", "creation"])
def test_each_mandatory_member_of_the_attachment_is_asked_for(doctor, world, name):
    resource = pdsm.document(world)
    del resource["content"][0]["attachment"][name]
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, "required")
    assert issue_of(answer)["expression"] == [f"Bundle.entry[1].resource.content[0].attachment.{name}"]


@pytest.mark.parametrize(
    "written", [hashlib.sha1(PDF).hexdigest(), base64.b64encode(hashlib.sha1(PDF).hexdigest().encode()).decode()]
)
def test_the_hash_is_read_in_the_forms_that_are_in_use(doctor, world, written):
    resource = pdsm.document(world)
    resource["content"][0]["attachment"]["hash"] = written
    assert doctor.post("/fhir", pdsm.bundle(world, resource)).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hash": pdsm.sha1(b"other")}, "hash-mismatch"),
        ({"hash": "not base64!"}, "hash-mismatch"),
        ({"size": 3}, "size-mismatch"),
        ({"size": "3"}, "structure"),
        ({"contentType": "image/jpeg"}, "content-type-mismatch"),
        ({"contentType": "application/zip"}, "content-type-unknown"),
        ({"contentType": "text/html"}, "content-type-unknown"),
        ({"creation": "yesterday"}, "date"),
        ({"creation": "2026-13-45"}, "date"),
        ({"url": "urn:uuid:aaaaaaaa-0000-4000-8000-0000000000ff"}, "reference-unresolved"),
        ({"url": "https://example.org/file.pdf"}, "reference-unresolved"),
        ({"url": SET}, "reference-unresolved"),
        ({"data": "AAAA"}, "structure"),
    ],
)
def test_an_attachment_that_lies_is_refused(doctor, world, change, code):
    resource = pdsm.document(world)
    resource["content"][0]["attachment"] |= change
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, code)
    assert issue_of(answer)["expression"][0].startswith(
        ("Bundle.entry[1].resource.content[0].attachment", "Bundle.entry[2].resource.contentType")
    )
    assert documents(world) == []


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (b"MZ\x90\x00", "application/pdf"),
        (b"\xff\xfe\x00", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
    ],
)
def test_bytes_that_are_not_what_is_declared_are_refused(doctor, world, data, declared):
    resource = pdsm.document(world, data=data, media_type=declared)
    answer = doctor.post("/fhir", pdsm.bundle(world, resource, file=pdsm.binary(data, declared)))
    assert (answer.status_code, code_of(answer)) == (422, "content-type-mismatch")


def test_plain_text_and_pictures_are_accepted(doctor, world):
    for n, (data, declared) in enumerate([(b"Tout va bien.", "text/plain"), (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg")]):
        resource = pdsm.document(world, data=data, media_type=declared, unique_id=f"1.2.250.1.999.7{n}")
        answer = doctor.post("/fhir", pdsm.bundle(world, resource, file=pdsm.binary(data, declared)))
        assert answer.status_code == 200, answer.content


def test_a_binary_that_is_not_base64_is_refused(doctor, world):
    file = pdsm.binary() | {"data": "%%%"}
    answer = doctor.post("/fhir", pdsm.bundle(world, file=file))
    assert (answer.status_code, code_of(answer)) == (422, "base64")
    assert issue_of(answer)["expression"] == ["Bundle.entry[2].resource.data"]


def test_a_cda_of_another_patient_is_refused_with_the_entry(doctor, world):
    factories.space(2, who=factories.traits("PETIT", "ANNE"))
    source = factories.cda(unique_id="1.2.250.1.999.7", number=factories.ins(2), who=factories.traits("PETIT", "ANNE"))
    resource = cda_document(world, source, type_code="11502-2")
    answer = doctor.post("/fhir", pdsm.bundle(world, resource, file=pdsm.binary(source, "text/xml")))
    assert (answer.status_code, code_of(answer)) == (422, "patient-mismatch")
    assert issue_of(answer)["expression"] == ["Bundle.entry[1].resource.subject"]
    assert b"PETIT" not in answer.content
    assert documents(world) == []


def test_a_document_of_another_patient_than_the_set_is_refused(doctor, world):
    other = factories.ins(2)
    factories.space(2, who=world.traits)
    resource = pdsm.document(world)
    resource["subject"] = {"reference": f"Patient?identifier={other.system}|{other.value}"}
    resource["contained"][0]["identifier"][0]["value"] = other.value
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, "patient-mismatch")
    resource["contained"][0]["identifier"][0]["value"] = world.ins.value
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, "patient-mismatch")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"birthDate": "1984-03-13"}, "traits-mismatch"),
        ({"gender": "male"}, "traits-mismatch"),
        ({"birthDate": "1984"}, "traits-required"),
        ({"gender": None}, "traits-required"),
        ({"name": None, "gender": None, "birthDate": None}, "traits-required"),
        ({"name": [{"family": "DURAND"}]}, "traits-required"),
        ({"name": "DURAND"}, "structure"),
        ({"identifier": "1"}, "structure"),
    ],
)
def test_the_traits_of_the_patient_are_required_and_must_be_those_of_the_ins(doctor, world, change, code):
    resource = pdsm.document(world)
    source = resource["contained"][0] | change
    resource["contained"][0] = {key: value for key, value in source.items() if value is not None}
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, code), answer.content
    assert documents(world) == []


def test_an_identity_that_is_said_not_qualified_is_refused(doctor, world):
    resource = pdsm.document(world)
    status = {"url": "identityStatus", "valueCoding": {"code": "RECUP"}}
    reliability = {"url": f"{pdsm.FR_CORE}fr-core-identity-reliability", "extension": [status]}
    resource["contained"][0]["extension"].append(reliability)
    answer = doctor.post("/fhir", pdsm.bundle(world, resource))
    assert (answer.status_code, code_of(answer)) == (422, "identity-not-qualified")


def test_the_patient_may_be_named_by_the_id_that_this_server_gave(doctor, world):
    resource = pdsm.document(world, subject={"reference": f"Patient/{world.space_id}"})
    assert doctor.post("/fhir", pdsm.bundle(world, resource)).status_code == 200


def test_a_label_that_is_not_understood_refuses(doctor, world):
    label = {"coding": [{"system": pdsm.TRE_A07, "code": "INVISIBLE_TOUS"}]}
    answer = doctor.post("/fhir", pdsm.bundle(world, pdsm.document(world, securityLabel=[label])))
    assert (answer.status_code, code_of(answer)) == (422, "label-unknown")
    assert issue_of(answer)["expression"] == ["Bundle.entry[1].resource.securityLabel[0].coding[0]"]


@pytest.mark.parametrize(
    "system", [pdsm.TRE_A07, pdsm.TRE_A07.replace("Statut", "Status"), "urn:oid:1.2.250.1.213.1.1.4.13"]
)
def test_a_masked_document_is_masked_from_the_first_moment(software, doctor, world, system):
    labels = [
        {"coding": [{"system": pdsm.CONFIDENTIALITY, "code": "N"}]},
        {"coding": [{"system": system, "code": "MASQUE_PS"}]},
    ]
    location = doctor.post("/fhir", pdsm.bundle(world, pdsm.document(world, securityLabel=labels))).json()["entry"][1]
    logical_id = location["response"]["location"].split("/")[1]
    assert doctor.get(f"/fhir/DocumentReference/{logical_id}").status_code == 200  # the attending doctor, its author
    nurse = software.acting_for(world.nurse)
    assert nurse.get(f"/fhir/DocumentReference/{logical_id}").status_code == 404
    assert nurse.get(f"/fhir/Binary/{logical_id}").status_code == 404
    assert nurse.get(f"/fhir/DocumentReference?patient={world.space_id}").json()["total"] == 0


def supersede(url, **changes):
    parts = {"type": ("valueCode", "replace"), "path": ("valueString", "DocumentReference.status"),
             "value": ("valueCode", "superseded")} | changes  # fmt: skip
    operation = {"name": "operation", "part": [{"name": name, key: value} for name, (key, value) in parts.items()]}
    return {
        "fullUrl": "urn:uuid:aaaaaaaa-0000-4000-8000-00000000000a",
        "resource": {"resourceType": "Parameters", "parameter": [operation]},
        "request": {"method": "PATCH", "url": url},
    }


def replacing(world, target):
    return pdsm.document(world, unique_id="1.2.250.1.999.8", relatesTo=[{"code": "replaces", "target": target}])


BY_IDENTIFIER = "DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.7"


def test_a_replacement_is_read_in_each_of_its_forms(doctor, world):
    first = (
        doctor.post("/fhir", pdsm.bundle(world)).json()["entry"][1]["response"]["location"].partition("/_history")[0]
    )
    patch = supersede(BY_IDENTIFIER)
    forms = [
        ({"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.999.7"}}, []),
        ({"reference": BY_IDENTIFIER}, [patch]),
        ({"reference": patch["fullUrl"]}, [patch]),
        ({"reference": first}, [supersede(first)]),
    ]
    for target, more in forms:
        answer = doctor.post("/fhir", pdsm.bundle(world, replacing(world, target), *more))
        assert answer.status_code == 200, (target, answer.content)
        assert [each["response"]["status"] for each in answer.json()["entry"][3:]] == ["200 OK"] * len(more)
    assert doctor.get(f"/fhir/{first}").json()["status"] == "superseded"
    found = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&status=current").json()
    assert found["total"] == 1
    relation = found["entry"][0]["resource"]["relatesTo"]
    assert relation == [
        {
            "code": "replaces",
            "target": {"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.999.7"}},
        }
    ]


@pytest.mark.parametrize(
    "patch",
    [
        supersede("DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.3"),
        supersede(BY_IDENTIFIER, value=("valueCode", "entered-in-error")),
        supersede(BY_IDENTIFIER, path=("valueString", "DocumentReference.securityLabel")),
        supersede(BY_IDENTIFIER) | {"resource": {"resourceType": "Parameters", "parameter": []}},
        supersede(BY_IDENTIFIER) | {"resource": {"resourceType": "Binary", "data": "W10="}},
    ],
)
def test_a_patch_does_nothing_but_supersede_what_is_replaced(doctor, world, patch):
    target = {"reference": BY_IDENTIFIER}
    answer = doctor.post("/fhir", pdsm.bundle(world, replacing(world, target), patch))
    assert (answer.status_code, code_of(answer)) == (422, "patch")
    assert documents(world) == []


def test_a_document_of_another_space_is_not_named_by_its_id(doctor, world):
    other = factories.space(2, who=world.traits)
    number = factories.ins(2)
    doctor.deposit(factories.cda(unique_id="1.2.250.1.999.55", number=number))
    theirs = record.list_documents(factories.citizen(other), other, DocumentFilters(), now=world.now).cards[0].id
    target = {"reference": f"DocumentReference/{other}.{theirs}"}
    answer = doctor.post("/fhir", pdsm.bundle(world, replacing(world, target)))
    nothing = doctor.post(
        "/fhir", pdsm.bundle(world, replacing(world, {"reference": f"DocumentReference/{other}.abc"}))
    )
    assert (answer.status_code, code_of(answer)) == (422, "reference-unresolved")
    assert answer.content == nothing.content


def test_people_in_entries_are_brought_into_the_document(doctor, world):
    person = "urn:uuid:aaaaaaaa-0000-4000-8000-00000000000b"
    resource = pdsm.document(world, author=[{"reference": person}])
    more = pdsm.entry(person, {key: value for key, value in pdsm.contained(world)[1].items() if key != "id"})
    answer = doctor.post("/fhir", pdsm.bundle(world, resource, more))
    assert answer.status_code == 200, answer.content
    location = answer.json()["entry"][1]["response"]["location"].partition("/_history")[0]
    stored = doctor.get(f"/fhir/{location}").json()
    local = stored["author"][0]["reference"].removeprefix("#")
    assert any(each["id"] == local and each["resourceType"] == "Practitioner" for each in stored["contained"])


def change_entries(bundle, change):
    change(bundle["entry"])
    return bundle


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda e: e.pop(0), "set-required"),
        (lambda e: e.append(e[0] | {"fullUrl": "urn:uuid:x"}), "set-required"),
        (lambda e: e.append(dict(e[2])), "duplicate-entry"),
        (lambda e: e.append(e[2] | {"fullUrl": "urn:uuid:x"}), "file-unused"),
        (lambda e: e[0]["resource"]["entry"].append({"item": {"reference": "urn:uuid:y"}}), "reference-unresolved"),
        (lambda e: e[1].update(request={"method": "PUT", "url": "DocumentReference/1"}), "request-unsupported"),
        (lambda e: e[1].update(request={"method": "POST", "url": "Patient"}), "request-unsupported"),
        (lambda e: e[1]["request"].update(ifNoneExist="x=y"), "request-unsupported"),
        (lambda e: e[1].pop("fullUrl"), "required"),
        (lambda e: e[1].pop("request"), "structure"),
        (lambda e: e[1].update(resource=[]), "structure"),
        (lambda e: e[1]["resource"].update(modifierExtension=[]), "modifier"),
        (lambda e: e[1]["resource"].update(surprise=1), "structure"),
        (lambda e: e[1]["resource"].update(author={}), "structure"),
        (lambda e: e[1]["resource"]["context"].update(event="x"), "structure"),
        (lambda e: e[1]["resource"].update(author=[{"reference": "#nobody"}]), "reference-unresolved"),
        (lambda e: e[1]["resource"].update(author=[{"reference": "#source2"}]), "reference-unresolved"),
        (lambda e: e[1]["resource"].update(author=[{}]), "reference-unresolved"),
        (lambda e: e[1]["resource"]["contained"][3].update(practitioner={"reference": "#author"}), "author-type"),
        (lambda e: e[1]["resource"].update(status="superseded"), "status"),
        (lambda e: e[1]["resource"]["masterIdentifier"].update(value="nothing"), "unique-id"),
        (lambda e: e[1]["resource"]["content"].append(e[1]["resource"]["content"][0]), "content-several"),
        (lambda e: e[1]["resource"].update(relatesTo=[{"code": "appends", "target": {}}]), "relation"),
        (
            lambda e: e[1]["resource"]["subject"].update(reference="Patient/00000000-0000-4000-8000-000000000000"),
            "reference-unresolved",
        ),
        (lambda e: e[1]["resource"]["category"][0]["coding"][0].update(code="77"), "category-unknown"),
        (lambda e: e.clear(), "bundle-entries"),
        (lambda e: e.extend(e * 40), "bundle-entries"),
    ],
)
def test_a_transaction_that_does_not_hold_together_is_refused(doctor, world, change, code):
    answer = doctor.post("/fhir", change_entries(pdsm.bundle(world), change))
    assert (answer.status_code, code_of(answer)) == (422, code), answer.content
    assert documents(world) == []


@pytest.mark.parametrize("body", [{"resourceType": "Bundle", "type": "document"}, {"resourceType": "Patient"}, {}])
def test_only_a_bundle_of_requests_is_posted_to_the_base(doctor, body):
    answer = doctor.post("/fhir", body)
    assert (answer.status_code, code_of(answer)) == (422, "bundle-type")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-malformed"),
        (b"{", "json-malformed"),
        (b"[]", "json-not-object"),
        (b'{"type":"transaction","type":"batch"}', "json-duplicate-name"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "json-too-deep"),
        (b'{"a":"\\u0000"}', "json-nul"),
        (b"\xff\xfe{}", "json-malformed"),
    ],
)
def test_what_is_not_well_formed_json_is_a_bad_request(doctor, body, code):
    answer = doctor.post("/fhir", body)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_the_fhir_door_reads_json_and_xml_only(doctor, world):
    assert code_of(doctor.post("/fhir", b"<Bundle/>", "application/fhir+xml")) == "xml-root"
    assert doctor.post("/fhir/DocumentReference", b"{}", "text/plain").status_code == 415
    assert doctor.post("/fhir", pdsm.bundle(world), "application/json").status_code == 200


def test_a_document_within_json_has_the_same_limit(doctor, world, settings):
    settings.HYGIE_DOCUMENT_BYTES = 1000
    data = PDF + b" " * 1000
    answer = doctor.post("/fhir", pdsm.bundle(world, pdsm.document(world, data=data), file=pdsm.binary(data)))
    assert (answer.status_code, code_of(answer)) == (413, "document-too-large")
    assert issue_of(answer)["expression"] == ["Bundle.entry[2].resource.data"]
