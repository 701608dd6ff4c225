"""Loads a country into the database through the house's own actions: what a visitor of the demonstration finds."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hygie.lib.errors import HygieError
from hygie.record import actions as record
from hygie.simulators.country import citizens, register, scenes
from hygie.simulators.country.accounts import Credentials
from hygie.simulators.country.actors import sender
from hygie.simulators.country.country import Country, build_country
from hygie.simulators.country.documents import Document
from hygie.simulators.country.people import REFERENCE
from hygie.simulators.country.report import CountryReport, Refusal, ready
from hygie.simulators.country.samples import load_samples

__all__ = ["CountryReport", "load_country", "load_samples", "ready"]

Progress = Callable[[str, int, int], None]


def load_country(
    *, seed: int, people: int, now: dt.datetime, progress: Progress, reference: dt.date = REFERENCE
) -> CountryReport:
    """Fills an empty database. Nothing in it is dated after `now`, however the reference day stands."""
    report = CountryReport(seed)
    reference = min(reference, now.date())
    with _timed(report, "generate"):
        progress("People", 0, people)
        country = build_country(seed, people, reference)
        lives = {life.person.key: life for life in country.lives()}
        documents = [document for life in lives.values() for document in country.write(life)]
    with _timed(report, "register"):
        register.save_register(country.register, report)
        citizens.open_spaces(country, lives, report)
        progress("People", people, people)
    with _timed(report, "accounts"):
        credentials = Credentials(seed)
        progress("Accounts", 0, 1)
        register.connect_software(country.register, report)
        register.open_accounts(country.register, report, credentials, now)
        citizens.open_accounts(country, report, credentials, now)
        progress("Accounts", 1, 1)
    with _timed(report, "documents"):
        received = _deposit_all(country, documents, report, now, progress)
    with _timed(report, "scenes"):
        scenes.play(country, lives, received, report, now)
    return report


@contextmanager
def _timed(report: CountryReport, step: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    report.seconds[step] = round(time.monotonic() - start, 2)


def _deposit_all(
    country: Country, documents: list[Document], report: CountryReport, now: dt.datetime, progress: Progress
) -> scenes.Received:
    received: scenes.Received = {}
    for done, (at, document) in enumerate(_in_order(country, documents, now)):
        progress("Documents", done, len(documents))
        actor = sender(report, document.idnps, document.idnst)
        try:
            receipt = record.deposit_cda(actor, document.source, now=at)
        except HygieError as error:
            report.refusals.append(Refusal(document.unique_id, error.code, error.message))
            continue
        report.deposited += 1
        received.setdefault(document.person, []).append((document, receipt.document_id, at))
    progress("Documents", len(documents), len(documents))
    return received


def _in_order(country: Country, documents: list[Document], now: dt.datetime) -> list[tuple[dt.datetime, Document]]:
    """When each document comes in: a quarter of an hour after it was written, at the opening of the space for older
    ones; never two at once in a space, never after `now`."""
    last: dict[str, dt.datetime] = {}
    dated = []
    for document in sorted(documents, key=lambda document: document.at):
        first = last.get(document.person, citizens.opened_at(country.person(document.person)))
        at = min(max(document.at + dt.timedelta(minutes=15), first + dt.timedelta(minutes=1)), now)
        last[document.person] = at
        dated.append((at, document))
    return sorted(dated, key=lambda pair: pair[0])
