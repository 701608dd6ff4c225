"""docs/reference/api.md: its example runs, its tables are those of the code."""

import json
import os
import re
import shutil
import subprocess

import pytest

from hygie.access import actions as access
from hygie.access.rules import RULES, WRITE, Effect
from hygie.access.rules import SEE as CONSULTATION
from hygie.access.types import Permission
from hygie.fhir.http import search_page
from hygie.record.submission import from_cda
from tests import factories
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "api.md").read_text()
FHIR_PAGE = "".join((REPOSITORY / "docs" / "reference" / name).read_text() for name in ("fhir.md", "fhir-bulk.md"))
ROOMS = ("api", "fhir/core", "fhir/http", "record/pdsm", "record/cda", "record/resources", "record/export")
FILES = ("record/submission.py", "record/deposit.py", "record/replacing.py")
# Codes of what is not an error of the API: a form, a writer, a scope of the token endpoint, a note.
_ELSEWHERE = {"scope", "deposited", "not-kept", "patient-other", "completed", "valid", "done"}


def _codes():
    paths = [
        path
        for room in ROOMS
        for path in (REPOSITORY / "hygie" / room).rglob("*.py")
        # The validator's codes are the rules themselves, each with its sentence.
        if not {"write", "validation"} & set(path.parts)
    ]
    paths += [REPOSITORY / "hygie" / name for name in FILES]
    return {
        code for path in paths for code in re.findall(r'(?:\bcode|default_code) ?= ?"([a-z.-]+)"', path.read_text())
    }


def test_every_stable_code_is_in_the_table():
    table = PAGE.partition("## Errors")[2] + FHIR_PAGE
    assert {code for code in _codes() - _ELSEWHERE if f"`{code}`" not in table} == set()


def test_every_refusal_of_a_professional_is_in_the_table():
    table = PAGE.partition("## Errors")[2] + FHIR_PAGE
    acts = WRITE | CONSULTATION | {Permission.DOCUMENT_DEPOSIT, Permission.SPACE_FIND}
    refusals = {
        rule.id
        for rule in RULES
        if rule.effect is Effect.REFUSE and rule.acts & acts and not rule.id.startswith(("citizen.", "representative."))
    }
    # A masked document is absent: nothing tells it from one that does not exist.
    assert {rule for rule in refusals - {"professional.masked"} if f"`{rule}`" not in table} == set()


def test_the_page_of_search_is_written_from_the_definitions():
    assert (REPOSITORY / "docs" / "reference" / "fhir-search.md").read_text() == search_page.page()


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: curl is not installed")
def test_the_example_runs(transactional_db, live_server, settings, tmp_path):
    settings.HYGIE_BASE_URL = live_server.url
    world = factories.world()
    source = (REPOSITORY / "examples" / "biologie.xml").read_bytes()
    document = from_cda(source)
    space_id = factories.space(number=document.ins[0], who=document.traits)
    access.enroll(space_id, professional_id=world.doctor.professional_id, since=world.now)
    ready = {
        "base_url": live_server.url,
        "clients": [
            {"client_id": world.client_id, "client_secret": world.client_secret, "professionals": [world.doctor.idnps]}
        ],
    }
    (tmp_path / "ready.json").write_text(json.dumps(ready))
    script = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL).group(1)
    environment = {"PATH": os.environ["PATH"], "READY": str(tmp_path / "ready.json")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "byte for byte" in done.stdout
    assert '"total": 1' in done.stdout
