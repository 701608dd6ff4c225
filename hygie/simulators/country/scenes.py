"""A few acts that make the demonstration tell something: hidden documents, a blocked professional, readings, a refusal."""

import datetime as dt

from hygie.access import actions as access
from hygie.lib.errors import HygieError
from hygie.record import actions as record
from hygie.record import queries
from hygie.record.types import DocumentFilters
from hygie.simulators.country.actors import citizen, reader
from hygie.simulators.country.country import Country
from hygie.simulators.country.documents import Document
from hygie.simulators.country.history.types import Family, Life
from hygie.simulators.country.paper import NOTICE, print_pdf
from hygie.simulators.country.people import Person
from hygie.simulators.country.professionals import Worker
from hygie.simulators.country.report import CountryReport

# By person: the document, its local id, when it came in.
Received = dict[str, list[tuple[Document, str, dt.datetime]]]

_FIRST_SCENE = 21  # days before the end
_OWN = (
    ("EXPPAT_3", "Mes directives anticipées", 120, "Je ne souhaite pas d'obstination déraisonnable."),
    ("DOCPAT07", "Certificat pour la salle de sport", 75, "Certificat remis par la salle, valable un an."),
)


class Stage:
    """What the scenes share; they are played at the end of the load, in the weeks before `now`."""

    def __init__(
        self, country: Country, lives: dict[str, Life], received: Received, report: CountryReport, now: dt.datetime
    ) -> None:
        self.country = country
        self.lives = lives
        self.received = received
        self.report = report
        self.now = now
        self._last_deposit = max((at for documents in received.values() for _, _, at in documents), default=now)

    def ago(self, days: int) -> dt.datetime:
        """So many days before `now`; never before the last document came in, and still in the order of the scenes."""
        earliest = self._last_deposit + dt.timedelta(minutes=_FIRST_SCENE - days)
        return min(max(self.now - dt.timedelta(days=days), earliest), self.now)

    def has(self, key: str) -> bool:
        return bool(self.received.get(key))

    def someone(self, role: str) -> Worker:
        return self.country.register.in_role(0, role)[-1]


def play(country: Country, lives: dict[str, Life], received: Received, report: CountryReport, now: dt.datetime) -> None:
    """In the order of time: a journal is read as it was written."""
    stage = Stage(country, lives, received, report, now)
    _hide_private(stage)
    if stage.has("p0001"):
        _readings(stage, "p0001")
        _own_documents(stage, "p0001")
        _first_person(stage)
    if stage.has("p0004"):
        _second_household(stage)
    if stage.has("p0007"):
        _consent(stage)


def _hide_private(stage: Stage) -> None:
    """Psychiatry letters, and the physiotherapist's for the first person: the person hides them."""
    for key, documents in stage.received.items():
        space_id = stage.report.spaces[key]
        for document, document_id, _ in documents:
            is_hidden = document.private or (key == "p0001" and document.title == "Bilan de kinésithérapie")
            if is_hidden:
                record.hide_document(citizen(space_id), space_id, document_id, now=stage.ago(_FIRST_SCENE))


def _readings(stage: Stage, key: str) -> None:
    """The attending doctor, a nurse of the team and the person herself read: the access page has a story."""
    life, space_id = stage.lives[key], stage.report.spaces[key]
    documents = stage.received[key]
    doctor = reader(stage.report, life.attending.idnps, life.attending.works_at[0].idnst)
    queries.list_documents(doctor, space_id, DocumentFilters(), now=stage.ago(18))
    for _, document_id, _ in documents[-3:]:
        queries.get_document(doctor, space_id, document_id, now=stage.ago(18))
    nurses = [worker for worker in life.team if worker.profession == "60"]
    if nurses:
        nurse = reader(stage.report, nurses[0].idnps, nurses[0].works_at[0].idnst)
        queries.list_documents(nurse, space_id, DocumentFilters(), now=stage.ago(16))
        wanted = [one for one in documents if one[0].family is Family.PRESCRIPTION]
        for _, document_id, _ in wanted[-1:]:
            queries.get_document(nurse, space_id, document_id, now=stage.ago(16))
    queries.get_document(citizen(space_id), space_id, documents[-1][1], now=stage.ago(14))


def _own_documents(stage: Stage, key: str) -> None:
    person, space_id = stage.country.person(key), stage.report.spaces[key]
    for type_code, title, days, words in _OWN:
        record.add_own_document(
            citizen(space_id),
            space_id,
            title=title,
            type_code=type_code,
            dated_on=stage.now.date() - dt.timedelta(days=days),
            content=_own_pdf(person, title, words),
            now=stage.ago(12),
        )


def _own_pdf(person: Person, title: str, words: str) -> bytes:
    name = f"{person.used_given} {person.used_family}"
    return print_pdf(title, (name,), (words, NOTICE), name)


def _first_person(stage: Stage) -> None:
    """The first person keeps one professional out; another one, outside the team, tries without her consent."""
    space_id = stage.report.spaces["p0001"]
    blocked, stranger = stage.someone("psychiatrist"), stage.someone("dentist")
    access.block(
        citizen(space_id), space_id, professional_id=stage.report.professionals[blocked.idnps], now=stage.ago(10)
    )
    actor = reader(stage.report, stranger.idnps, stranger.works_at[0].idnst)
    try:
        queries.list_documents(actor, space_id, DocumentFilters(), now=stage.ago(8))
    except HygieError as error:
        # As a door does: the refusal has its own entry in the journal.
        access.journal_refusal(error)


def _second_household(stage: Stage) -> None:
    """The father does not want the pharmacy to feed his record; the mother added a document to her child's."""
    father = stage.report.spaces["p0004"]
    pharmacist = stage.someone("pharmacist")
    organization_id = stage.report.organizations[pharmacist.works_at[0].idnst]
    access.oppose(citizen(father), father, organization_id=organization_id, now=stage.ago(9))
    if "p0006" in stage.report.spaces and stage.has("p0003"):
        mother, child = stage.report.spaces["p0003"], stage.report.spaces["p0006"]
        record.add_own_document(
            citizen(mother),
            child,
            title="Carnet de santé, page des allergies",
            type_code="DOCPAT03",
            dated_on=stage.now.date() - dt.timedelta(days=40),
            content=_own_pdf(stage.country.person("p0006"), "Carnet de santé", "Pas d'allergie connue à ce jour."),
            now=stage.ago(7),
        )


def _consent(stage: Stage) -> None:
    """A doctor outside the team asks the old man's consent, and reads his summary."""
    space_id = stage.report.spaces["p0007"]
    life = stage.lives["p0007"]
    inside = {life.attending.idnps, *(worker.idnps for worker in life.team)}
    doctors = [worker for worker in stage.country.register.in_role(0, "gp") if worker.idnps not in inside]
    doctor = reader(stage.report, doctors[0].idnps, doctors[0].works_at[0].idnst)
    at = stage.ago(5)
    access.give_consent(doctor, space_id, now=at)
    queries.list_documents(doctor, space_id, DocumentFilters(), now=at + dt.timedelta(minutes=2))
    summaries = [one for one in stage.received["p0007"] if one[0].family is Family.SUMMARY]
    for _, document_id, _ in summaries[-1:]:
        queries.get_document(doctor, space_id, document_id, now=at + dt.timedelta(minutes=3))
