"""The official samples: all in, but those whose traits are another person's; the list is that of the documentation."""

import datetime as dt
import re
from pathlib import Path

import pytest

from hygie.identity.ins import INS, NIR_TEST
from hygie.identity.traits import Traits
from hygie.simulators.country import load
from hygie.simulators.country.report import CountryReport
from hygie.simulators.country.samples import choose_traits
from tests.conftest import REPOSITORY

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)


@pytest.mark.slow
def test_all_samples_are_accepted_or_refused_as_documented(db: None, shared_path: Path) -> None:
    report = load.load_samples(CountryReport(1), shared=shared_path, now=NOW, progress=lambda *_: None)
    text = (REPOSITORY / "docs" / "explanation" / "sample-documents.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(cda-[^`]+\.xml)` \|", text, re.MULTILINE))
    assert {refusal.document for refusal in report.refusals} == documented
    assert {refusal.code for refusal in report.refusals} == {"traits-mismatch"}
    files = [path for folder in ("cda-3.0", "cda-2.41") for path in (shared_path / "samples" / folder).glob("*.xml")]
    assert report.deposited == len(files) - len(documented)
    assert len(report.person_accounts) == len({account.ins for account in report.person_accounts})


def test_the_traits_of_most_documents_win_then_those_of_the_matricule() -> None:
    def traits(given: str, born_on: dt.date) -> Traits:
        return Traits("DECOURCY", (given,), given, "F", born_on)

    ins = INS(NIR_TEST, "221042545611404")
    old, new = traits("RUTH", dt.date(2021, 4, 25)), traits("RUTH", dt.date(2023, 4, 25))
    assert choose_traits(ins, [new, new, old]) == new
    assert choose_traits(ins, [new, old]) == old
    assert choose_traits(INS(NIR_TEST, "123456789012244"), [new, old]) == new
