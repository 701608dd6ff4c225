"""The official sample documents (ANS), where their folder is present: their people, their professionals, all deposited.

One INS is given to several people in a few of them: the space has the traits of most of its documents; at equal numbers,
those that the matricule agrees with, then those of the first file. The others are refused, and the report says so.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hygie.access import actions as access
from hygie.identity import actions as identity
from hygie.identity import queries as registered
from hygie.identity.ins import INS, IdentityStatus
from hygie.identity.traits import Traits
from hygie.lib.errors import HygieError
from hygie.record import actions as record
from hygie.record.cda.types import Author, AuthorKind
from hygie.record.submission import from_cda
from hygie.record.types import Submission
from hygie.simulators.country.accounts import Credentials, open_account
from hygie.simulators.country.actors import sender
from hygie.simulators.country.report import CountryReport, PersonAccount, Refusal

# What takes the samples in: a structure of our own, with a doctor, since their authors share numbers between them.
_IDNST = "1990990004"
_IDNPS = "899700190004"
_FOLDERS = ("cda-3.0", "cda-2.41")


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    source: bytes
    submission: Submission


def load_samples(
    report: CountryReport, *, shared: Path, now: dt.datetime, progress: Callable[[str, int, int], None]
) -> CountryReport:
    """Adds to `report`; a document that is refused is in `report.refusals` under its file name."""
    samples = _read(shared / "samples", report)
    _save_structure(report)
    _save_authors(samples, report)
    spaces = _open_spaces(samples, report, now)
    actor = sender(report, _IDNPS, _IDNST)
    for done, sample in enumerate(samples):
        progress("Sample documents", done, len(samples))
        try:
            record.deposit_cda(actor, sample.source, now=now)
        except HygieError as error:
            # As a door does: a refusal leaves its entry.
            access.journal_refusal(error)
            report.refusals.append(Refusal(sample.name, error.code, error.message))
            continue
        report.deposited += 1
    progress("Sample documents", len(samples), len(samples))
    _open_accounts(spaces, report, now)
    return report


def _read(folder: Path, report: CountryReport) -> list[Sample]:
    found = []
    for path in sorted(path for name in _FOLDERS for path in (folder / name).glob("*.xml")):
        source = path.read_bytes()
        try:
            found.append(Sample(f"{path.parent.name}/{path.name}", source, from_cda(source)))
        except HygieError as error:
            report.refusals.append(Refusal(f"{path.parent.name}/{path.name}", error.code, error.message))
    return found


def _save_structure(report: CountryReport) -> None:
    report.organizations[_IDNST] = identity.save_organization(
        idnst=_IDNST,
        finess=_IDNST[1:],
        name="Structure de reprise des documents d'exemple (fictive)",
        kind="SA01",
        practice_setting="ETABLISSEMENT",
        city="Rennes",
    )
    report.professions[_IDNPS] = "10"
    report.professionals[_IDNPS] = identity.save_professional(
        idnps=_IDNPS,
        rpps=_IDNPS[1:],
        family="EXEMPLE",
        given="Ada",
        title="DR",
        profession="10",
        speciality="G15_10/SM54",
        organization_ids=[report.organizations[_IDNST]],
    )


def _save_authors(samples: list[Sample], report: CountryReport) -> None:
    """The professionals that the samples name, each number once (the first name wins), without a structure."""
    people = [author for sample in samples for author in (*sample.submission.authors, sample.submission.authenticator)]
    for author in people:
        if author is None or not author.idnps or author.kind is not AuthorKind.PROFESSIONAL:
            continue
        profession = _profession(author)
        if not profession or author.idnps in report.professionals or not author.family:
            continue
        report.professions[author.idnps] = profession
        report.professionals[author.idnps] = identity.save_professional(
            idnps=author.idnps,
            rpps=author.idnps[1:] if author.idnps[0] == "8" and len(author.idnps) == 12 else "",
            family=author.family,
            given=author.given,
            title=author.suffix,
            profession=profession,
            speciality=author.speciality.code if author.speciality else "",
        )


def _profession(author: Author) -> str:
    code = author.speciality.code if author.speciality else ""
    return code.removeprefix("G15_").partition("/")[0] if code.startswith("G15_") else ""


def _open_spaces(samples: list[Sample], report: CountryReport, now: dt.datetime) -> list[tuple[INS, Traits, uuid.UUID]]:
    by_ins: dict[INS, list[Traits]] = {}
    for sample in samples:
        for ins in sample.submission.ins:
            by_ins.setdefault(ins, []).append(sample.submission.traits)
    opened = []
    doctor = next((account.idnps for account in report.professional_accounts if account.profession == "10"), _IDNPS)
    for ins, said in by_ins.items():
        if registered.find_space(ins) is not None:
            continue
        traits = choose_traits(ins, said)
        space_id = identity.create_space(ins=ins, status=IdentityStatus.QUAL, traits=traits, now=now)
        access.enroll(space_id, professional_id=report.professionals[doctor], attending=True, since=now)
        report.spaces[f"sample:{ins.oid}:{ins.value}"] = space_id
        opened.append((ins, traits, space_id))
    return opened


def choose_traits(ins: INS, said: list[Traits]) -> Traits:
    """Most frequent strict traits; then those that agree with the matricule; then the first ones."""
    counts = Counter(_strict(traits) for traits in said)
    return max(said, key=lambda traits: (counts[_strict(traits)], _agrees(ins, traits)))


def _strict(traits: Traits) -> tuple[str, tuple[str, ...], str, dt.date]:
    return traits.birth_family, traits.birth_given, traits.sex, traits.born_on


def _agrees(ins: INS, traits: Traits) -> bool:
    """The matricule begins with sex, year and month of birth (NIR)."""
    return ins.value[:5] == f"{2 if traits.sex == 'F' else 1}{traits.born_on:%y%m}"


def _usernames(report: CountryReport) -> list[str]:
    people = [account.username for account in report.person_accounts]
    return people + [account.username for account in report.professional_accounts]


def _open_accounts(spaces: list[tuple[INS, Traits, uuid.UUID]], report: CountryReport, now: dt.datetime) -> None:
    credentials = Credentials(report.seed, taken=_usernames(report))
    for ins, traits, space_id in spaces:
        username, password = credentials.give(traits.used_given or traits.first_given, traits.birth_family)
        secret = open_account(report.seed, username, password, space_id=space_id, now=now)
        report.person_accounts.append(
            PersonAccount(
                space_id, ins, traits.birth_family, traits.first_given, traits.born_on, username, password, secret
            )
        )
