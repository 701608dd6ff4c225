"""What a load made: the ids that the demonstration needs, the accounts, and what was refused and why."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass, field

from hygie.identity.ins import INS


@dataclass(frozen=True, slots=True)
class Client:
    client_id: str
    client_secret: str
    kind: str
    organization: str  # IDNST
    professionals: tuple[str, ...]  # IDNPS


@dataclass(frozen=True, slots=True)
class ProfessionalAccount:
    idnps: str
    profession: str
    username: str
    password: str
    totp_secret: str  # base32, RFC 6238 with its usual choices
    organization: str  # IDNST


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """`family` and `given` are those of birth, as a document must write them."""

    space_id: uuid.UUID
    ins: INS
    family: str
    given: str
    birth_date: dt.date
    username: str
    password: str
    totp_secret: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that did not go in: its name, the stable code of the error and its sentence."""

    document: str
    code: str
    message: str


@dataclass(slots=True)
class CountryReport:
    seed: int
    people: int = 0
    organizations: dict[str, uuid.UUID] = field(default_factory=dict)  # by IDNST
    professionals: dict[str, uuid.UUID] = field(default_factory=dict)  # by IDNPS
    professions: dict[str, str] = field(default_factory=dict)  # by IDNPS
    spaces: dict[str, uuid.UUID] = field(default_factory=dict)  # by the country's own key
    clients: list[Client] = field(default_factory=list)
    professional_accounts: list[ProfessionalAccount] = field(default_factory=list)
    person_accounts: list[PersonAccount] = field(default_factory=list)
    deposited: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def client_of(self, idnst: str) -> str:
        """The client id of a structure's software, "" when its professionals use the portal."""
        return next((client.client_id for client in self.clients if client.organization == idnst), "")


def ready(report: CountryReport, base_url: str) -> dict[str, object]:
    """Content of ready.json: a stable contract with those who drive the demonstration."""
    base = base_url.rstrip("/")
    return {
        "base_url": base,
        "fhir_base": f"{base}/fhir",
        "token_url": f"{base}/oauth/token",
        "deposit_url": f"{base}/dmp/documents",
        "clients": [{**asdict(client), "professionals": list(client.professionals)} for client in report.clients],
        "professionals": [asdict(account) for account in report.professional_accounts],
        "people": [_person(account) for account in report.person_accounts],
    }


def _person(account: PersonAccount) -> dict[str, object]:
    return {
        "space_id": str(account.space_id),
        "ins": {"oid": account.ins.oid, "value": account.ins.value},
        "family": account.family,
        "given": account.given,
        "birth_date": account.birth_date.isoformat(),
        "username": account.username,
        "password": account.password,
        "totp_secret": account.totp_secret,
    }
