"""CDA documents about the people of tests/factories.py, written by our own writer."""

import datetime as dt
import itertools

from hygie.identity.ins import INS
from hygie.identity.traits import Traits
from hygie.record.cda.write import codes, kinds
from hygie.record.cda.write.documents import file, laboratory, prescription, summary, vaccination
from hygie.record.cda.write.types import (
    Act,
    Address,
    Allergy,
    AllergyKind,
    Chapter,
    Header,
    Kind,
    LabReport,
    MedicalSummary,
    Panel,
    Patient,
    PrescribedItem,
    Prescription,
    Problem,
    Product,
    Professional,
    Result,
    Structure,
    Treatment,
    Vaccination,
    VaccinationNote,
)

_numbers = itertools.count(1)
_ADDRESS = Address("12", "rue des Tilleuls", "75011", "Paris")
_STRUCTURE = Structure(
    "1990000001",
    "Cabinet fictif n° 1",
    codes.make(codes.SECTOR, "SA07", "Cabinet individuel"),
    codes.make(codes.SETTING, "AMBULATOIRE", "Ambulatoire"),
    _ADDRESS,
    "0100000000",
)
DOCTOR = Professional(
    "899900000001",
    "MARTIN",
    "Antoine",
    "M",
    "DR",
    codes.make(codes.SPECIALITY, "G15_10/SM26", "Médecin - Médecine générale"),
    _STRUCTURE,
)


def header(kind: Kind, title: str, number: INS, who: Traits, *, on: dt.date, replaces: str = "") -> Header:
    identifier = f"1.2.250.1.213.1.9.{next(_numbers)}"
    at = dt.datetime.combine(on, dt.time(9, 0), tzinfo=dt.UTC)
    patient = Patient(
        number.oid,
        number.value,
        who.birth_family,
        who.birth_given,
        who.used_family,
        who.used_given,
        who.sex,
        who.born_on,
        who.birth_place,
        "Paris",
        _ADDRESS,
    )
    return Header(
        kind,
        identifier,
        identifier,
        1,
        title,
        at,
        patient,
        DOCTOR,
        Act(at, DOCTOR),
        attending=DOCTOR,
        replaces=replaces,
    )


def lab(number: INS, who: Traits, *, on: dt.date = dt.date(2026, 3, 16), replaces: str = "") -> tuple[bytes, str]:
    """(a laboratory report, its unique id): ferritin below the interval, TSH within."""
    results = (
        Result(codes.loinc("2276-4", "Ferritine"), "Ferritine", "11", "ug/L", "15", "150", "L"),
        Result(codes.loinc("3016-3", "TSH"), "TSH", "2.10", "m[iU]/L", "0.40", "4.00", "N"),
    )
    chapters = (
        Chapter(
            codes.loinc("18719-5", "Biochimie"),
            "Biochimie",
            (Panel(codes.loinc("24320-4", "Bilan"), "Bilan sanguin", results),),
        ),
    )
    head = header(kinds.LABORATORY, "Compte rendu de biologie", number, who, on=on, replaces=replaces)
    return laboratory.write(head, LabReport(head.written_at, chapters)), head.id


def synthesis(
    number: INS, who: Traits, *, allergies: tuple[Allergy, ...] | None = None, on: dt.date = dt.date(2026, 2, 1)
) -> bytes:
    asthma = Problem("Asthme", codes.cim10("J45", "Asthme"), dt.date(2018, 6, 1))
    content = MedicalSummary(problems=(asthma,), allergies=allergies, treatments=(levothyroxine(dt.date(2025, 1, 1)),))
    return summary.write(header(kinds.SUMMARY, "Synthèse médicale", number, who, on=on), content)


def penicillin() -> Allergy:
    return Allergy(
        AllergyKind.DRUG, "Pénicilline", codes.atc("J01CA04", "amoxicilline"), dt.date(2009, 5, 1), "Urticaire", None
    )


def levothyroxine(start: dt.date, end: dt.date | None = None) -> Treatment:
    product = Product("Lévothyroxine 75 µg", codes.atc("H03AA01", "lévothyroxine"))
    return Treatment(product, "1 comprimé le matin à jeun", start, "1", "comprimé", 24, end=end, route=codes.ORAL)


def prescribed(number: INS, who: Traits, *, start: dt.date, end: dt.date) -> bytes:
    head = header(kinds.PRESCRIPTION, "Ordonnance", number, who, on=start)
    return prescription.write(head, Prescription((PrescribedItem(levothyroxine(start, end)),)))


def vaccine(number: INS, who: Traits) -> bytes:
    product = Product("Boostrixtetra", codes.atc("J07CA02", "diphtérie, coqueluche, polio, tétanos"))
    given = Vaccination(product, dt.date(2024, 10, 15), "A21", 1, True, codes.INTRAMUSCULAR, None, DOCTOR)
    head = header(kinds.VACCINATION, "Note de vaccination", number, who, on=dt.date(2024, 10, 15))
    return vaccination.write(head, VaccinationNote((given,)))


def scanned(number: INS, who: Traits, pdf: bytes, *, on: dt.date = dt.date(2025, 11, 12)) -> bytes:
    kind = kinds.unstructured(codes.loinc("11488-4", "CR ou fiche de consultation ou de visite"))
    return file.write(header(kind, "Consultation de cardiologie", number, who, on=on), pdf)
