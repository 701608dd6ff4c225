"""PDSm deposits about Léa Durand, as a producer would write them; tests change one thing each."""

import base64
import hashlib
from typing import Any

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
TRE_A07 = "https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
SET, DOCUMENT, FILE = (f"urn:uuid:aaaaaaaa-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha1(data: bytes) -> str:
    return b64(hashlib.sha1(data, usedforsecurity=False).digest())


def patient(ins: Any, traits: Any) -> dict[str, Any]:
    place = {"url": f"{FR_CORE}fr-core-address-insee-code", "valueCoding": {"code": traits.birth_place}}
    names = {"url": f"{FR_CORE}fr-core-patient-birth-list-given-name", "valueString": " ".join(traits.birth_given)}
    return {
        "resourceType": "Patient",
        "id": "source",
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"extension": [place]},
            }
        ],
        "identifier": [{"use": "official", "system": ins.system, "value": ins.value}],
        "name": [
            {
                "use": "official",
                "family": traits.birth_family,
                "given": [traits.first_given],
                "extension": [names],
            }
        ],
        "gender": {"M": "male", "F": "female"}[traits.sex],
        "birthDate": traits.born_on.isoformat(),
    }


def contained(world: Any) -> list[dict[str, Any]]:
    practitioner = {
        "resourceType": "Practitioner",
        "id": "person",
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": world.doctor.idnps}],
        "name": [{"family": "MARTIN", "given": ["Antoine"], "suffix": ["DR"]}],
    }
    organization = {
        "resourceType": "Organization",
        "id": "practice",
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.2", "value": "1990000001"}],
        "name": "Cabinet fictif",
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": "author",
        "practitioner": {"reference": "#person"},
        "organization": {"reference": "#practice"},
    }
    return [patient(world.ins, world.traits), practitioner, organization, role]


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def nos(name: str) -> str:
    return f"https://mos.esante.gouv.fr/NOS/{name}/FHIR/{name.replace('_', '-')}"


def content(data: bytes, media_type: str) -> dict[str, Any]:
    attachment = {
        "contentType": media_type,
        "language": "fr-FR",
        "url": FILE,
        "size": len(data),
        "hash": sha1(data),
        "title": "Compte rendu de consultation",
        "creation": "2026-11-12T10:00:00+01:00",
    }
    system = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"
    return {"attachment": attachment, "format": {"system": system, "code": "urn:ihe:iti:xds-sd:pdf:2008"}}


def document(
    world: Any,
    *,
    data: bytes = PDF,
    media_type: str = "application/pdf",
    unique_id: str = "1.2.250.1.999.7",
    type_code: str = "11488-4",
    **changes: Any,
) -> dict[str, Any]:
    """A comprehensive DocumentReference; a change to None takes the element away."""
    profile = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference"
    resource: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [profile]},
        "contained": contained(world),
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{unique_id}"},
        "status": "current",
        "type": concept("http://loinc.org", type_code),
        "category": [concept(nos("TRE_A03-ClasseDocument"), "10")],
        "subject": {"reference": f"Patient?identifier={world.ins.system}|{world.ins.value}"},
        "date": "2026-11-12T10:00:00+01:00",
        "author": [{"reference": "#author"}],
        "authenticator": {"reference": "#author"},
        "custodian": {"reference": "#practice"},
        "securityLabel": [concept(CONFIDENTIALITY, "N")],
        "content": [content(data, media_type)],
        "context": {
            "period": {"start": "2026-11-12T09:00:00+01:00"},
            "facilityType": concept(nos("TRE_R02-SecteurActivite"), "SA07"),
            "practiceSetting": concept(nos("TRE_A01-CadreExercice"), "AMBULATOIRE"),
            "sourcePatientInfo": {"reference": "#source"},
        },
    }
    resource |= changes
    return {key: value for key, value in resource.items() if value is not None}


def simplified(world: Any, *, data: bytes = PDF, **values: Any) -> dict[str, Any]:
    """The same, carrying its file (ITI-105)."""
    resource = document(world, data=data, **values)
    attachment = resource["content"][0]["attachment"]
    del attachment["url"]
    attachment["data"] = b64(data)
    return resource


def entry(full_url: str, resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource["resourceType"]
    return {"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": kind}}


def submission_set(world: Any, *targets: str) -> dict[str, Any]:
    return {
        "resourceType": "List",
        "status": "current",
        "mode": "working",
        "code": {
            "coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]
        },
        "subject": {"reference": f"Patient?identifier={world.ins.system}|{world.ins.value}"},
        "date": "2026-11-12T10:00:00+01:00",
        "entry": [{"item": {"reference": target}} for target in targets],
    }


def binary(data: bytes = PDF, media_type: str = "application/pdf") -> dict[str, Any]:
    return {"resourceType": "Binary", "contentType": media_type, "data": b64(data)}


def bundle(
    world: Any,
    resource: dict[str, Any] | None = None,
    *more: dict[str, Any],
    file: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A transaction of one document; `more` are further entries."""
    entries = [
        entry(SET, submission_set(world, DOCUMENT)),
        entry(DOCUMENT, resource or document(world)),
        entry(FILE, file or binary()),
        *more,
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
