"""Two people whose documents carry strings that nobody else's carry, and everybody who may knock at the doors."""

import base64
import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.test import Client

from hygie.access import actions as access
from hygie.identity import actions as identity
from hygie.identity.ins import INS
from hygie.identity.traits import Traits
from hygie.identity.types import Actor
from hygie.record import actions as record
from tests import factories
from tests.hygie.api.conftest import Software

UNKNOWN_ID = "aaaabbbbccccddddeeeeffff"
UNKNOWN_UUID = uuid.UUID("0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e")
AUTHOR = "899900000077"
READ_ONLY = ("user/Observation.rs",)


def mark(name: str, what: str) -> str:
    """A string of one person's documents: letters only, so that folding and escaping leave it as it is."""
    return f"zq{name}{what}qz"


@dataclass
class Resident:
    """A person of the town and what is in the space: a document, its former version, a hidden one, an own one."""

    name: str
    space_id: uuid.UUID
    ins: INS
    traits: Traits
    actor: Actor
    current: str = ""
    old: str = ""
    hidden: str = ""
    own: str = ""
    member: str = ""
    block: str = ""
    consent: str = ""
    opposition: str = ""

    def seen(self, *places: str) -> set[str]:
        """The marks of some of the documents: "current", "old", "hidden", "own"."""
        return {mark(self.name, place) for place in places}

    @property
    def marks(self) -> set[str]:
        return self.seen("current", "old", "hidden", "own")


def paper(resident: Resident, place: str, number: int, *, replaces: str = "") -> bytes:
    """A CDA whose title, narrative, author, structure and attached file hold the mark of its place."""
    word = mark(resident.name, place)
    picture = base64.b64encode(f"{word} en pièce jointe".encode()).decode()
    media = (
        '<component><section><code code="55108-5" codeSystem="2.16.840.1.113883.6.1"/><title>Pièces</title>'
        '<text><renderMultiMedia referencedObject="M1"/></text><entry><observationMedia classCode="OBS" moodCode="EVN" '
        f'ID="M1"><value mediaType="text/plain" representation="B64">{picture}</value></observationMedia></entry>'
        "</section></component>"
    )
    source = factories.cda(
        unique_id=f"1.2.250.1.999.{resident.actor.space_id.int % 10**9}.{number}",
        title=f"Titre {word}",
        number=resident.ins,
        who=resident.traits,
        effective=f"2026{number:02d}02093000+0100",
        replaces=replaces,
        text=f"Le récit {word}",
        author=AUTHOR,
        sections=media,
    )
    return source.replace(b"<family>MARTIN</family>", f"<family>{word.upper()}</family>".encode()).replace(
        b"<name>Cabinet fictif</name>", f"<name>{word} cabinet</name>".encode()
    )


def fill(resident: Resident, depositor: Actor, now: dt.datetime) -> None:
    first = record.deposit_cda(depositor, paper(resident, "old", 3), now=now)
    resident.old = first.document_id
    resident.current = record.deposit_cda(
        depositor, paper(resident, "current", 4, replaces=first.unique_id), now=now
    ).document_id
    resident.hidden = record.deposit_cda(depositor, paper(resident, "hidden", 5), now=now).document_id
    record.hide_document(resident.actor, resident.space_id, resident.hidden, now=now)
    word = mark(resident.name, "own")
    resident.own = record.add_own_document(
        resident.actor,
        resident.space_id,
        title=f"Note {word}",
        type_code="DOCPAT02",
        dated_on=dt.date(2026, 6, 2),
        content=f"Contenu {word}".encode(),
        now=now,
    )


@dataclass
class Town:
    world: factories.World
    lea: Resident
    paul: Resident
    depositor: Actor
    blocked: Actor
    readers: dict[str, "Visitor"] = field(default_factory=dict)


@dataclass
class Visitor:
    """Somebody at the doors: a browser or software, what may be shown, and the key of Léa's record when there is one."""

    name: str
    client: Client
    may_see: set[str] = field(default_factory=set)
    key: str = ""
    own: Resident | None = None
    software: Software | None = None
    actor: Actor | None = None


def build() -> Town:
    world = factories.world()
    lea = Resident("lea", world.space_id, world.ins, world.traits, world.lea)
    traits = factories.traits("MOREAU", "PAUL", sex="M", born_on=dt.date(1971, 7, 9))
    number = factories.ins(2, sex="1", year="71")
    space_id = factories.space(2, who=traits, number=number, now=world.now - dt.timedelta(days=30))
    paul = Resident("paul", space_id, number, traits, factories.citizen(space_id))
    depositor = factories.professional(9, at=(world.elsewhere,), family="DEPOSANT")
    blocked = factories.professional(5, at=(world.elsewhere,), family="BLOQUE")
    # Who is blocked by a person learns that the record is not open (documented): what Paul has stays unknown to him.
    kept_out = {"lea": blocked, "paul": factories.professional(8, at=(world.elsewhere,), family="AUTRE")}
    for resident in (lea, paul):
        fill(resident, depositor, world.now)
        _rights(resident, world, kept_out[resident.name])
    return Town(world, lea, paul, depositor, blocked)


def _rights(resident: Resident, world: factories.World, blocked: Actor) -> None:
    """One row of each kind, so that each has an id that another may try."""
    who, now = (resident.actor, resident.space_id), world.now - dt.timedelta(minutes=1)
    resident.block = str(access.block(*who, professional_id=blocked.professional_id, now=now))
    other = factories.professional(6, at=(world.elsewhere,), family="CONSENTI")
    resident.member = str(access.join_team(*who, organization_id=_some_structure(), now=now))
    resident.opposition = str(access.oppose(*who, professional_id=other.professional_id, now=now))
    access.give_consent(other, resident.space_id, now=now)
    from hygie.access.models import ConsultationConsent

    resident.consent = str(ConsultationConsent.objects.get(space_id=resident.space_id).id)


def _some_structure() -> uuid.UUID:
    return factories.organization(7, name="Structure sans personne")


def browser_of(name: str, *, space_id: Any = None, professional_id: Any = None) -> Client:
    pk = identity.create_account(
        username=name, password=factories.PASSWORD, space_id=space_id, professional_id=professional_id
    )
    client = Client(raise_request_exception=False)
    factories.enter(client, pk)
    return client


def citizen(town: Town, resident: Resident) -> Visitor:
    client = browser_of(f"citoyen.{resident.name}", space_id=resident.space_id)
    return Visitor(f"citizen {resident.name}", client, resident.marks, own=resident, actor=resident.actor)


def professional(town: Town, name: str, actor: Actor, *places: str) -> Visitor:
    """A professional with the key of Léa's record in the session, as after a search."""
    client = browser_of(f"pro.{name}", professional_id=actor.professional_id)
    session = client.session
    key = f"cle-{name}-0123456789"[:20]
    session["records"] = {key: str(town.lea.space_id)}
    session.save()
    return Visitor(name, client, town.lea.seen(*places), key=key, actor=actor)


def machine(town: Town, name: str, actor: Actor, *places: str, scope: str = "user/*.cruds") -> Visitor:
    """The software of the actor's structure, with a token for this actor."""
    client_id, secret = identity.register_client(
        name=f"Logiciel {name}",
        kind="practice-software",
        organization_id=actor.organization_id,
        scopes=factories.SCOPES,
    )
    client = Client(raise_request_exception=False)
    known = replace(town.world, client_id=client_id, client_secret=secret)
    software = Software(client, known).acting_for(actor, scope)
    return Visitor(name, client, town.lea.seen(*places), software=software, actor=actor)


def visitors(town: Town) -> dict[str, Any]:
    """How each visitor comes: called when needed, since each costs accounts and tokens."""
    world = town.world
    return {
        "anonymous": lambda: Visitor("anonymous", Client(raise_request_exception=False)),
        "citizen": lambda: citizen(town, town.lea),
        "other citizen": lambda: citizen(town, town.paul),
        "doctor": lambda: professional(town, "doctor", world.doctor, "current", "old", "hidden", "own"),
        "nurse": lambda: professional(town, "nurse", world.nurse, "current", "old", "own"),
        "stranger": lambda: professional(town, "stranger", world.stranger),
        "blocked": lambda: professional(town, "blocked", town.blocked),
        "software": lambda: machine(town, "software", world.doctor, "current", "old", "hidden", "own"),
        "software nurse": lambda: machine(town, "software nurse", world.nurse, "current", "old", "own"),
        "software stranger": lambda: machine(town, "software stranger", world.stranger),
        "software blocked": lambda: machine(town, "software blocked", town.blocked),
        "software without scope": lambda: machine(
            town, "software without scope", world.doctor, scope=" ".join(READ_ONLY)
        ),
    }
