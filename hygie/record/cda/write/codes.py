"""Code systems (OIDs) and the fixed codes of the models.

Source: CI-SIS models of content and NOS (ANS), HL7 v3 vocabulary, LOINC; the OIDs are listed in the NOS.
"""

from hygie.record.cda.write.types import Code

LOINC = "2.16.840.1.113883.6.1"
SNOMED = "2.16.840.1.113883.6.96"
CIM10 = "2.16.840.1.113883.6.3"
ATC = "2.16.840.1.113883.6.73"
CIS = "1.2.250.1.213.2.3.1"
CCAM = "1.2.250.1.213.2.5"
EMDN = "1.2.250.1.213.2.68"
EDQM = "0.4.0.127.0.16.1.1.2.1"
TA_ASIP = "1.2.250.1.213.1.1.4.322"
DCM = "1.2.840.10008.2.16.4"
ACT = "2.16.840.1.113883.5.4"
SPECIALITY = "1.2.250.1.213.1.1.4.5"
SECTOR = "1.2.250.1.71.4.2.4"
SETTING = "1.2.250.1.213.1.1.4.9"
TYPE = "1.2.250.1.213.1.1.4.12"
GENDER = "2.16.840.1.113883.5.1"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
FUNCTION = "2.16.840.1.113883.5.88"
INTERPRETATION = "2.16.840.1.113883.5.83"
ROLE = "2.16.840.1.113883.5.111"
ABSENT = "2.16.840.1.113883.5.1150.1"
IHE_ACT = "1.3.6.1.4.1.19376.1.5.3.2"
IDNPS = "1.2.250.1.71.4.2.1"
IDNST = "1.2.250.1.71.4.2.2"

_NAMES = {
    LOINC: "LOINC",
    SNOMED: "SNOMED CT",
    CIM10: "CIM-10",
    ATC: "ATC",
    CIS: "CIS",
    CCAM: "CCAM",
    EMDN: "EMDN",
    EDQM: "EDQM",
    TA_ASIP: "TA_ASIP",
    DCM: "DCM",
}


def make(system: str, code: str, display: str = "") -> Code:
    return Code(code, system, display, _NAMES.get(system, ""))


def loinc(code: str, display: str = "") -> Code:
    return make(LOINC, code, display)


def cim10(code: str, display: str = "") -> Code:
    return make(CIM10, code, display)


def atc(code: str, display: str = "") -> Code:
    return make(ATC, code, display)


def snomed(code: str, display: str = "") -> Code:
    return make(SNOMED, code, display)


def asip(code: str, display: str = "") -> Code:
    return make(TA_ASIP, code, display)


DIAGNOSIS = snomed("282291009", "interprétation diagnostique")
SYMPTOM = snomed("418799008", "symptôme rapporté par le patient ou le répondant")
ALLERGY_KINDS = {
    "drug": snomed("416098002", "allergie médicamenteuse"),
    "food": snomed("414285001", "allergie alimentaire"),
    "environment": make(ACT, "EALG", "Allergie à un agent environnemental (latex, pollen, etc.)"),
}
NO_ALLERGY = make(ABSENT, "no-known-allergies", "Pas d'allergie/hypersensibilité connue")
ORAL = make(EDQM, "20053000", "Voie orale")
INTRAMUSCULAR = make(EDQM, "20035000", "Voie intramusculaire")
SUBCUTANEOUS = make(EDQM, "20066000", "Voie sous-cutanée")
INHALED = make(EDQM, "20020000", "Voie inhalée")
LEFT_DELTOID = snomed("16217701000119102", "deltoïde gauche")
RIGHT_DELTOID = snomed("16217661000119109", "deltoïde droit")
LEFT_THIGH = snomed("61396006", "cuisse gauche")
RIGHT_THIGH = snomed("11207009", "cuisse droite")
