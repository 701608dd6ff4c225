"""A person with a doctor, a nurse and real documents of `examples/`, signed in on the pages."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.test import Client

from hygie.access import actions as access
from hygie.identity import actions as identity
from hygie.identity.ins import INS, IdentityStatus
from hygie.identity.models import Account
from hygie.identity.traits import Traits
from hygie.identity.types import Actor
from hygie.lib import clock
from hygie.record import actions as record
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from tests import factories
from tests.conftest import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
_RECORD_TARGET = re.compile(rb"<recordTarget>.*?</recordTarget>", re.DOTALL)
_ID = re.compile(rb'<id root="2\.25\.\d+"/>')
_DATE = re.compile(rb'<effectiveTime value="\d{8}')


def example(name: str) -> bytes:
    return (Path(EXAMPLES) / f"{name}.xml").read_bytes()


def space_of(source: bytes, now: dt.datetime) -> uuid.UUID:
    """The space of the person that a document is about."""
    patient = read_header(parse_cda(source)).patient
    traits = Traits(
        patient.birth_family,
        patient.birth_given,
        patient.first_given,
        patient.sex,
        patient.born_on,
        patient.birth_place_insee,
        patient.used_family,
        patient.used_given,
    )
    return identity.create_space(ins=INS(*patient.ins[0]), status=IdentityStatus.QUAL, traits=traits, now=now)


@dataclass
class House:
    space_id: uuid.UUID
    me: Actor
    doctor: Actor
    nurse: Actor
    stranger: Actor
    cabinet: uuid.UUID
    elsewhere: uuid.UUID
    client: Client
    now: dt.datetime
    patient: bytes  # the recordTarget of this person's documents

    def deposit(self, name: str, *, day: str = "", actor: Actor | None = None, fresh: bool = True) -> str:
        """Deposits an example as a document of this person, with an id and a date (YYYYMMDD) of its own; gives its id."""
        source = _RECORD_TARGET.sub(lambda _: self.patient, example(name), count=1)
        if fresh:
            source = _ID.sub(b'<id root="2.25.%d"/>' % uuid.uuid4().int, source, count=1)
        if day:
            source = _DATE.sub(b'<effectiveTime value="' + day.encode(), source, count=1)
        return record.deposit_cda(actor or self.doctor, source, now=clock.now()).document_id

    def add(self, title: str = "Ordonnance de lunettes", *, day: dt.date = dt.date(2026, 1, 21)) -> str:
        return record.add_own_document(
            self.me,
            self.space_id,
            title=title,
            type_code="DOCPAT02",
            dated_on=day,
            content=PDF,
            now=clock.now(),
        )

    def text(self, path: str, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status, (path, response.status_code)
        return response.content.decode().replace("\u00a0", " ")


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def sign_in(space_id: uuid.UUID, username: str) -> Client:
    identity.create_account(username=username, password=factories.PASSWORD, space_id=space_id)
    client = Client()
    factories.enter(client, Account.objects.get(username=username).pk)
    return client


def build() -> House:
    """The household that each test starts from."""
    now = clock.now()
    before = now - dt.timedelta(days=60)
    source = example("biologie")
    space_id = space_of(source, before)
    cabinet, elsewhere = factories.organization(1), factories.organization(2)
    doctor = factories.professional(1, at=(cabinet,))
    nurse = factories.professional(3, profession="60", at=(cabinet,), family="ROUX")
    stranger = factories.professional(2, at=(elsewhere,), family="PETIT")
    access.enroll(space_id, professional_id=doctor.professional_id, attending=True, since=before)
    access.enroll(space_id, professional_id=nurse.professional_id, since=before)
    patient = _RECORD_TARGET.search(source)
    assert patient is not None
    return House(
        space_id=space_id,
        me=factories.citizen(space_id),
        doctor=doctor,
        nurse=nurse,
        stranger=stranger,
        cabinet=cabinet,
        elsewhere=elsewhere,
        client=sign_in(space_id, "moi"),
        now=now,
        patient=patient[0],
    )
