"""Ways to reach a person, and the texts that may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from django.utils.functional import Promise


class Way(StrEnum):
    """FHIR's ContactPoint.system words, and a letter to a postal address."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Text:
    """A message's words, `{field}` where a value goes. `subject` serves mails and letters."""

    key: str
    subject: str | Promise
    body: str | Promise

    @property
    def fields(self) -> frozenset[str]:
        parts = Formatter().parse(str(self.subject) + str(self.body))
        return frozenset(name for _, name, _, _ in parts if name)

    def write(self, values: Mapping[str, str]) -> tuple[str, str]:
        """(subject, body) in the language that is active."""
        return str(self.subject).format_map(values), str(self.body).format_map(values)
