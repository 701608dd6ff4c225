"""Codes that say that there is nothing, or that nothing is known. They are never an allergen, a disease or a drug.

Sources: IPS absent-and-unknown codes (JDV_AbsentOrUnknown*_CISIS), SNOMED CT situations "no known …", and the local
code of the official letter LDL-SES 2020.01.
"""

from hygie.record.cda.entries.concepts import codes_in
from hygie.record.cda.entries.context import Resource
from hygie.terminology import queries as terminology

IPS = terminology.oid_to_system("2.16.840.1.113883.5.1150.1")
_SNOMED = terminology.oid_to_system("2.16.840.1.113883.6.96")
_ABSENT = frozenset(
    {
        # No known allergies (and the former concept), drug, food, environmental, latex allergy.
        *((_SNOMED, code) for code in ("716186003", "160244002", "409137002", "429625007", "428607008", "716184000")),
        (_SNOMED, "160245001"),  # no current problems or disability
        (_SNOMED, "787481004"),  # no known medications
        ("urn:oid:1.2.250.1.213.2.63", "02276797"),
    }
)


def is_absent(found: Resource) -> bool:
    return any(system == IPS or (system, code) in _ABSENT for system, code in codes_in(found))
