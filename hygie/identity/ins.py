"""The national health identity: matricule INS, its root (OID) and its control key.

Source: référentiel INS and annexe technique (GIE SESAM-Vitale, ANS); digest in docs/glossary.md.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hygie.lib.errors import Invalid

NIR = "1.2.250.1.213.1.4.8"
NIA = "1.2.250.1.213.1.4.9"
NIR_TEST = "1.2.250.1.213.1.4.10"
NIR_DEMO = "1.2.250.1.213.1.4.11"
OIDS = frozenset({NIR, NIA, NIR_TEST, NIR_DEMO})

# sex (1/2, 3/4 and 7/8 for temporary numbers), year, month (01-12, 20-42, 50-99), department (2A, 2B), commune, order.
_BODY = re.compile(
    r"[123478]\d{2}(?:0[1-9]|1[0-2]|2\d|3\d|4[0-2]|[5-9]\d)(?:\d{2}|2[AB])\d{6}",
    re.ASCII,
)
_CORSICA = {"2A": "19", "2B": "18"}


class IdentityStatus(StrEnum):
    """Statuses of RNIV: only a qualified identity carries its INS in exchanges."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"


def control_key(body: str) -> str:
    """Two digits: 97 - (N mod 97) where N is the 13 characters, Corsican departments replaced (2A → 19, 2B → 18).

    Raises Invalid(ins-format) when the 13 characters are not those of a matricule.
    """
    if not _BODY.fullmatch(body):
        raise Invalid("The matricule does not have the form of an INS.", code="ins-format")
    department = body[5:7]
    number = int(body[:5] + _CORSICA.get(department, department) + body[7:])
    return f"{97 - number % 97:02d}"


@dataclass(frozen=True, slots=True)
class INS:
    """A matricule of 15 characters under its root. Two roots are two persons: test and production never meet.

    The constructor accepts what was written (official examples have wrong keys); `key_is_right` says what it is worth,
    and `parse` refuses on manual entry.
    """

    oid: str
    value: str

    @classmethod
    def parse(cls, oid: str, text: str) -> "INS":
        """From what a person typed: blanks and case do not matter, the key must be right.

        Raises Invalid: ins-oid, ins-format, ins-key.
        """
        if oid not in OIDS:
            raise Invalid("This root is not one of the INS.", code="ins-oid")
        value = re.sub(r"[\s.\u00a0\u202f-]", "", text).upper()
        if len(value) != 15 or not _BODY.fullmatch(value[:13]):
            raise Invalid("The matricule has 15 characters: 13 and a key of 2 digits.", code="ins-format")
        if control_key(value[:13]) != value[13:]:
            raise Invalid("The key does not match the matricule: a digit is wrong.", code="ins-key")
        return cls(oid, value)

    @property
    def key_is_right(self) -> bool:
        body, key = self.value[:13], self.value[13:]
        return bool(_BODY.fullmatch(body)) and control_key(body) == key

    @property
    def is_fictive(self) -> bool:
        return self.oid in (NIR_TEST, NIR_DEMO)

    @property
    def spaced(self) -> str:
        """As printed for people: `2 84 03 99 999 017 42`."""
        v = self.value
        return " ".join((v[0], v[1:3], v[3:5], v[5:7], v[7:10], v[10:13], v[13:])) if len(v) == 15 else v

    @property
    def system(self) -> str:
        return f"urn:oid:{self.oid}"
