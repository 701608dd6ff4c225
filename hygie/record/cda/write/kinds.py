"""The models of document that we write: type (JDV_J07) and templates. Source: CI-SIS models of content, ANS."""

from hygie.record.cda.write.codes import TYPE, loinc, make
from hygie.record.cda.write.types import Code, Kind

_MODEL = "1.2.250.1.213.1.1.1."
_PCC = "1.3.6.1.4.1.19376.1.5.3.1.1.1"


def _kind(code: Code, *templates: str) -> Kind:
    """Templates as `root` or `root|extension`."""
    return Kind(code, tuple((root, extension) for root, _, extension in (text.partition("|") for text in templates)))


_CERTIFICATE = make(TYPE, "CERT_DECL", "Certificat, déclaration")

SUMMARY = _kind(make(TYPE, "SYNTH", "Synthèse"), f"{_MODEL}13|201310")
LABORATORY = _kind(loinc("11502-2", "CR d'examens biologiques"), "1.3.6.1.4.1.19376.1.3.3", f"{_MODEL}55|2024.01")
DISCHARGE = _kind(loinc("11490-0", "Lettre de liaison à la sortie d'un établissement de soins"), f"{_MODEL}29|2022.01")
PRESCRIPTION = _kind(
    loinc("57833-6", "Prescription de produits de santé"),
    "1.3.6.1.4.1.19376.1.9.1.1.1",
    _PCC,
    f"{_MODEL}39|2024.01",
)
VACCINATION = _kind(
    loinc("87273-9", "Note de vaccination"), "1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2", f"{_MODEL}46|2023.01"
)
IMAGING = _kind(
    loinc("18748-4", "CR d'imagerie médicale"), "1.2.840.10008.9.1", "1.2.840.10008.9.20", f"{_MODEL}45|2024.01"
)
CERTIFICATE_8_DAYS = _kind(_CERTIFICATE, "1.3.6.1.4.1.19376.1.7.3.1.1.13.1", f"{_MODEL}5", f"{_MODEL}5.1|2025.01")
CERTIFICATE_9_MONTHS = _kind(_CERTIFICATE, f"{_MODEL}5", f"{_MODEL}5.2|2025.01")
CERTIFICATE_24_MONTHS = _kind(_CERTIFICATE, f"{_MODEL}5", f"{_MODEL}5.3|2024.01")


def unstructured(code: Code) -> Kind:
    """A level-1 document (IHE XDS-SD): any type, the body is a file."""
    return _kind(code, "1.3.6.1.4.1.19376.1.2.20")
