"""Events of a life to documents: the header of each, and the bytes that our own CDA writer gives."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from hygie.record.cda.write import kinds
from hygie.record.cda.write.documents import (
    child,
    discharge,
    file,
    imaging,
    laboratory,
    prescription,
    summary,
    vaccination,
)
from hygie.record.cda.write.types import Act, Chapter, Header, LabReport, Patient, Professional
from hygie.record.cda.write.xml import french_day
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.types import Event, Family, Letter, Life
from hygie.simulators.country.paper import NOTICE, print_pdf
from hygie.simulators.country.people import Person

_KINDS = {
    Family.SUMMARY: kinds.SUMMARY,
    Family.LABORATORY: kinds.LABORATORY,
    Family.DISCHARGE: kinds.DISCHARGE,
    Family.PRESCRIPTION: kinds.PRESCRIPTION,
    Family.VACCINATION: kinds.VACCINATION,
    Family.IMAGING: kinds.IMAGING,
}
_WRITERS: dict[Family, Callable[..., bytes]] = {
    Family.SUMMARY: summary.write,
    Family.LABORATORY: laboratory.write,
    Family.DISCHARGE: discharge.write,
    Family.PRESCRIPTION: prescription.write,
    Family.VACCINATION: vaccination.write,
    Family.IMAGING: imaging.write,
    Family.CERTIFICATE: child.write,
}


@dataclass(frozen=True, slots=True)
class Document:
    """What practice software will send: by whom (IDNPS), for which structure (IDNST), when."""

    person: str
    family: Family
    unique_id: str
    title: str
    idnps: str
    idnst: str
    at: dt.datetime
    source: bytes
    private: bool
    replaces: str


def write_life(seed: int, life: Life, *, salt: str = "documents") -> tuple[Document, ...]:
    """All documents of a person, the oldest first. The ids follow from the seed, the person, the salt and the rank."""
    chance = Chance(seed, life.person.key, salt)
    chains: dict[str, Header] = {}
    written = []
    for event in life.events:
        header = _header(life, event, chance, chains.get(event.chain) if event.chain else None)
        if event.chain:
            chains[event.chain] = header
        written.append(
            Document(
                person=life.person.key,
                family=event.family,
                unique_id=header.id,
                title=event.title,
                idnps=event.author.idnps,
                idnst=event.author.structure.idnst,
                at=event.at,
                source=_write(header, event),
                private=event.private,
                replaces=header.replaces,
            )
        )
    return tuple(written)


def _header(life: Life, event: Event, chance: Chance, former: Header | None) -> Header:
    act = Act(start=event.start or event.at, performer=event.author, code=event.act, end=event.end)
    kind = event.kind or _KINDS.get(event.family)
    if isinstance(event.content, Letter):
        kind = kinds.unstructured(event.content.type)
    assert kind is not None  # noqa: S101 - every family but certificates and letters is in _KINDS
    own_doctor = life.attending.idnps == event.author.idnps
    set_id = former.set_id if former else chance.oid()
    return Header(
        kind=kind,
        id=chance.oid(),
        set_id=set_id,
        version=former.version + 1 if former else 1,
        title=event.title,
        written_at=event.at,
        patient=patient(life.person),
        author=event.author,
        act=act,
        encounter="IMP" if event.stay else "AMB",
        attending=None if own_doctor else life.attending.who,
        prescriber=event.prescriber,
        replaces=former.id if former else "",
        notice=f"{NOTICE}.",
    )


def patient(person: Person) -> Patient:
    traits = person.traits
    return Patient(
        ins_oid=person.ins.oid,
        ins_value=person.ins.value,
        birth_family=traits.birth_family,
        birth_given=traits.birth_given,
        used_family=traits.used_family,
        used_given=traits.used_given,
        sex=traits.sex,
        born_on=traits.born_on,
        birth_place=traits.birth_place,
        birth_place_name=person.birth_place_name,
        address=person.address,
        phone=person.phone,
    )


def _write(header: Header, event: Event) -> bytes:
    content = event.content
    if isinstance(content, Letter):
        return file.write(header, _paper(header, content.paragraphs))
    if event.printed and isinstance(content, LabReport):
        content = replace(content, pdf=_paper(header, _results(content.chapters)))
    return _WRITERS[event.family](header, content)


def _paper(header: Header, paragraphs: tuple[str, ...]) -> bytes:
    who, author = header.patient, header.author
    place = author.structure
    head = (
        place.name,
        f"{place.address.number} {place.address.street}, {place.address.postal_code} {place.address.city}",
        "",
        f"{who.used_given} {who.used_family}, né(e) le {french_day(who.born_on)}",
        f"Le {french_day(header.written_at)}",
    )
    return print_pdf(header.title, head, paragraphs, _signature(author))


def _signature(author: Professional) -> str:
    title = "Dr " if author.title == "DR" else ""
    return f"{title}{author.given} {author.family}"


def _results(chapters: tuple[Chapter, ...]) -> tuple[str, ...]:
    """A line a result, in the words of the report."""
    return tuple(
        f"{result.label} : {result.value.replace('.', ',')} {result.unit}"
        for chapter in chapters
        for panel in chapter.panels
        for result in panel.results
    )
