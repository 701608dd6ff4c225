"""The cases of HL7's own validator, against its verdicts, and the published samples.

A case that we judge otherwise is listed in docs/reference/fhir-validation.md with its reason, never left out. The cases are
in the shared folder and are not copied.
"""

import codecs
import json as plain_json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hygie.fhir.core import json
from hygie.fhir.core.validation import Issue, Judge, validate
from hygie.fhir.core.validation.profiles import library
from hygie.lib.errors import HygieError
from hygie.record.codes import is_code_of
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs/reference/fhir-validation.md"
# The issue asks for these; with other cases, for the same part of them.
ACCEPTED, OF_VALID = 31, 33
REFUSED, OF_INVALID = 40, 62
# What we reach: a case that is lost is seen.
REACHED = 54
# As the reference judges by default: vital signs by their profile, and no extension that nobody defines.
REFERENCE = Judge(library.profiles(), advice=True, is_closed=True)
# The reference tells it at the root, or without the primitive that the extension is on: its text names our rule's subject.
TOLD_ELSEWHERE = {"obs-mz": "element-path", "vs-params-3": "expression"}


@dataclass(frozen=True)
class Verdict:
    issues: list[Issue]
    malformed: bool = False

    @property
    def accepts(self) -> bool:
        return not self.malformed and not self.issues


def _judge(data: bytes, by: Judge | None = None) -> Verdict:
    try:
        # A byte order mark is the business of the parser, which may refuse it (RFC 8259, 8.1); here the resource is judged.
        resource = json.read_object(data.removeprefix(codecs.BOM_UTF8))
    except HygieError:
        return Verdict([], malformed=True)
    return Verdict([each for each in validate(resource, invariants=True, profiles=by) if each.severity == "error"])


@pytest.fixture(scope="module")
def cases(shared_path) -> list[dict[str, Any]]:
    folder = shared_path / "conformance" / "validator-r4"
    if not folder.is_dir():
        pytest.skip("NOT RUN: the cases of the reference validator are not here")
    rows = plain_json.loads((folder / "manifest.json").read_text())
    return [row | {"data": (folder / "cases" / row["file"]).read_bytes()} for row in rows]


def _steps(path: str) -> list[str]:
    """`Bundle.entry[0].resource/*Patient/1*/.name` without its comments, step by step."""
    return re.split(r"\.(?![^()]*\))", re.sub(r"/\*.*?\*/", "", path))


def _is_near(ours: str, theirs: str) -> bool:
    """The same element; or the element and its parent: a missing element is told at either."""
    shorter, longer = sorted((_steps(ours), _steps(theirs)), key=len)
    return longer[: len(shorter)] == shorter and len(longer) - len(shorter) <= 1


def _locations(row: dict[str, Any]) -> list[str]:
    return [path for error in row["errors"] for path in error.get("expression") or ()]


def _is_refused_for_the_reason(row: dict[str, Any], verdict: Verdict) -> bool:
    if verdict.malformed:
        return all("JSON" in error["text"] for error in row["errors"])
    if rule := TOLD_ELSEWHERE.get(row["name"]):
        return any(issue.rule == rule for issue in verdict.issues)
    return any(_is_near(issue.path, path) for issue in verdict.issues for path in _locations(row))


def _is_accepted(row: dict[str, Any], verdict: Verdict, rows: list[dict[str, Any]]) -> bool:
    """Of one file with two verdicts, the reference was told to let the other row's errors pass: so are we."""
    let_pass = [
        path for other in rows if other["file"] == row["file"] and not other["valid"] for path in _locations(other)
    ]
    left = [issue for issue in verdict.issues if not any(_is_near(issue.path, path) for path in let_pass)]
    return not verdict.malformed and not left


def listed(heading: str) -> set[str]:
    """The names in the first column of the table under a heading of the page."""
    part = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)`", part, flags=re.MULTILINE))


def test_valid_cases_are_accepted_but_for_those_listed(cases):
    rows = [row for row in cases if row["valid"]]
    missed = {row["name"] for row in rows if not _is_accepted(row, _judge(row["data"], REFERENCE), cases)}
    print(
        f"validator-r4 valid: {len(rows) - len(missed)} of {len(rows)} accepted; refused: {', '.join(sorted(missed))}"
    )
    names = {row["name"] for row in rows}
    assert missed & names <= listed("Valid cases that we refuse")
    assert (len(rows) - len(missed)) * OF_VALID >= ACCEPTED * len(rows)


def test_invalid_cases_are_refused_for_the_reason_of_the_reference_but_for_those_listed(cases):
    rows = [row for row in cases if not row["valid"]]
    verdicts = {row["name"]: _judge(row["data"], REFERENCE) for row in rows}
    right = {row["name"] for row in rows if _is_refused_for_the_reason(row, verdicts[row["name"]])}
    accepted = {name for name, verdict in verdicts.items() if verdict.accepts}
    by_accident = set(verdicts) - right - accepted
    print(f"validator-r4 invalid: {len(right)} of {len(rows)} refused for the reason of the reference")
    print(f"  accepted: {', '.join(sorted(accepted))}")
    print(f"  refused for another reason: {', '.join(sorted(by_accident)) or 'none'}")
    assert accepted | by_accident == listed("Invalid cases that we accept") & set(verdicts)
    assert len(right) * OF_INVALID >= REFUSED * len(rows)
    if len(rows) == OF_INVALID:
        assert len(right) >= REACHED


@pytest.mark.parametrize("folder", ["fhir-examples", "r4-examples", "synthea-r4"])
def test_published_samples_are_right_but_for_those_listed(shared_path, folder):
    known = listed("Published samples that we refuse")
    at = shared_path / "samples"
    refused = {}
    count = 0
    for path in sorted((at / folder).rglob("*.json")):
        if b'"resourceType"' not in (data := path.read_bytes()):
            continue
        count += 1
        if not (verdict := _judge(data)).accepts:
            refused[str(path.relative_to(at))] = verdict.issues
    print(f"{folder}: {count - len(refused)} of {count} are right")
    for name, issues in refused.items():
        print(f"  {name}: {', '.join(sorted({f'{each.rule} at {each.path}' for each in issues})[:3])}")
    assert {name for name in refused if not is_listed(name, known)} == set()


def is_listed(name: str, listed: set[str]) -> bool:
    return any(Path(name).match(pattern) for pattern in listed)


def _claims(value: Any) -> list[str]:
    """What `meta.profile` says, at every depth."""
    if isinstance(value, list):
        return [each for item in value for each in _claims(item)]
    if not isinstance(value, dict):
        return []
    own = value["meta"].get("profile", []) if "resourceType" in value and "meta" in value else []
    return own + [each for item in value.values() for each in _claims(item)]


def test_published_french_samples_conform_to_the_profiles_they_claim_but_for_those_listed(shared_path):
    at = shared_path / "samples"
    judge = Judge(profiles := library.profiles(), is_code_of)
    claims, failed, refused = 0, 0, {}
    for path in sorted((at / "fhir-examples").rglob("*.json")):
        resource = json.read_object(path.read_bytes())
        if "resourceType" not in resource:
            continue
        claims += sum(profiles.find(each) is not None for each in _claims(resource))
        issues = [each for each in judge.claimed(resource, resource["resourceType"]) if each.severity == "error"]
        # One claim is one resource and one profile.
        told = {
            (each.message.rpartition("(profile ")[2], re.match(r"(.*?\.resource|\w+)", each.path)[1]) for each in issues
        }
        failed += len(told)
        if told:
            refused[str(path.relative_to(at))] = sorted({each.rule for each in issues})
    print(f"French profiles: {claims - failed} of {claims} claims hold, of {len(profiles)} profiles")
    assert set(refused) <= listed("Published samples that do not conform to the French profile they claim")
    assert claims - failed >= 0.9 * claims
