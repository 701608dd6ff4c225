"""docs/reference/fhir/: its tables are those of the code, its examples run, what it says is not here is not."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from hygie.fhir.http import pages
from hygie.fhir.http.interactions import INTERACTIONS
from hygie.fhir.http.operations import OPERATIONS
from tests import factories
from tests.conftest import REPOSITORY
from tests.hygie.api.conftest import observation

FOLDER = REPOSITORY / "docs" / "reference" / "fhir"
_EXAMPLE = re.compile(r"```sh\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
_ROW = re.compile(r"^\| `([A-Z]+) ([^`]+)`(?: `([^`]+)`)? \| `(\d+)(?: ([a-z-]+))?` \|", re.MULTILINE)


def _text(name):
    return (FOLDER / f"{name}.md").read_text()


@pytest.mark.parametrize("name", sorted(pages.pages()))
def test_the_made_part_of_each_page_is_up_to_date(name):
    """Else: python -m hygie.fhir.http.pages docs/reference/fhir"""
    assert pages.put(_text(name), pages.pages()[name]) == _text(name)


def test_there_is_no_other_page_and_none_is_missing():
    assert {path.stem for path in FOLDER.iterdir()} == {*pages.pages(), "not-implemented"}
    elsewhere = {pages.page_of(row) for row in OPERATIONS if pages.page_of(row).startswith("../")}
    assert all((FOLDER / f"{each}.md").is_file() for each in elsewhere)


@pytest.mark.parametrize("name", sorted({each.page for each in INTERACTIONS}))
def test_each_status_of_a_page_is_explained(name):
    told = {int(each) for each in re.findall(r"^\| (\d{3}) \|", _text(name), re.MULTILINE)}
    assert told == {status for each in INTERACTIONS if each.page == name for status in each.statuses}


def test_each_page_has_an_example():
    assert [name for name in pages.pages() if name != pages.INDEX and not _EXAMPLE.search(_text(name))] == []


def test_what_is_not_implemented_answers_so(bench, patient_id):
    made = [bench.post("/fhir/Observation", observation(patient_id)).json()["id"] for _ in range(2)]
    rows = _ROW.findall(_text("not-implemented"))
    assert len(rows) == _text("not-implemented").count("\n| `")
    wrong = []
    for method, address, media_type, status, code in rows:
        path = address.replace("{id}", made[0]).replace("{patient}", patient_id)
        kind, id = ((path.partition("?")[0].removeprefix("/fhir") + "//").split("/"))[1:3]
        body = json.dumps({"resourceType": kind or "Bundle"} | ({"id": id} if id else {})).encode()
        accept = media_type if method == "GET" and media_type else "application/fhir+json"
        answer = bench.call(method, path, body, media_type or "application/fhir+json", Accept=accept)
        if answer.status_code != int(status) or code.encode() not in answer.content:
            wrong.append((method, address, status, code, answer.status_code, answer.content[:300]))
    assert wrong == []


def world_for_examples(url):
    """The variables of the examples, on a live server."""
    from hygie.identity import actions as identity

    world = factories.world()
    client_id, secret = identity.register_client(
        name="Logiciel d'essai", kind="bench", organization_id=world.cabinet, scopes=("user/*.cruds", "system/*.cruds")
    )
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = requests.post(f"{url}/oauth/token", data=form, timeout=20).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}

    def make(told):
        return requests.post(f"{url}/fhir/{told['resourceType']}", json=told, headers=headers, timeout=20).json()["id"]

    patient = make({"resourceType": "Patient", "birthDate": "1980-02-03"})
    found = {"HYGIE": url, "TOKEN": token, "PATIENT": patient}
    return found | {"WEIGHT": make(observation(patient)), "SPARE": make(observation(patient))}


def examples():
    """(page, command, its answer as it is written), in the order in which they run."""
    for each in pages.pages():
        for command, answer in _EXAMPLE.findall(_text(each)):
            yield each, command, answer


def run(command, variables, folder):
    environment = {"PATH": os.environ["PATH"]} | variables
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: curl is not installed")
def test_the_examples_run(transactional_db, live_server, settings, tmp_path):
    """The status and the names of the headers are those that the page shows; the body is of the same type."""
    settings.HYGIE_BASE_URL = live_server.url
    variables = world_for_examples(live_server.url)
    for page, command, shown in examples():
        given = run(command, variables, Path(tmp_path))
        assert _shape(given) >= _shape(shown), (page, command, given)


def _shape(answer):
    """The status, the names of the headers, and the first member of the body."""
    head, _, body = answer.replace("\r", "").partition("\n\n")
    lines = head.splitlines()
    found = {lines[0].split()[1], *(line.partition(":")[0].lower() for line in lines[1:])}
    return found | {first[0] for first in [re.findall(r'^\{\s*"[^"]+":\s*(?:"[^"]*")?', body.strip())] if first}
