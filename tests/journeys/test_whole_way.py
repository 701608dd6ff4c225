"""The first promise of the house, from a practice's software to the citizen's choice, through the real doors."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.conftest import NOTE


@pytest.fixture(scope="module")
def deposited(demo, doctor) -> dict[str, Any]:
    """The receipt of the note, sent by the software of the doctor's practice."""
    client = next(each for each in demo["clients"] if doctor["idnps"] in each["professionals"])
    asked = {"grant_type": "client_credentials", "scope": "user/*.cruds", "requested_subject": doctor["idnps"]}
    secret = (client["client_id"], client["client_secret"])
    token = requests.post(demo["token_url"], data=asked, auth=secret, timeout=20)
    assert token.status_code == 200, token.text
    headers = {"Authorization": f"Bearer {token.json()['access_token']}", "Content-Type": "application/hl7-v3+xml"}
    answer = requests.post(demo["deposit_url"], data=NOTE.read_bytes(), headers=headers, timeout=20)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_deposited_note_is_read_hidden_and_told(
    open_page, demo, patient, other_doctor, deposited, sign_in, open_record
):
    identifier = deposited["document_id"].rpartition(".")[2]
    citizen = open_page()
    sign_in(citizen, patient)
    assert citizen.goto(f"/dossier/documents/{identifier}/").status == 200
    assert "Vaccination" in citizen.locator("h1").inner_text()

    care = open_page()
    record = open_record(care, other_doctor)
    shown = f"{record}documents/{identifier}/"
    assert care.goto(shown).status == 200
    assert "Vaccination" in care.locator("h1").inner_text()

    citizen.goto(f"/dossier/documents/{identifier}/masquer/")
    citizen.locator("main form button[type=submit]").click()
    citizen.wait_for_url(f"**/dossier/documents/{identifier}/")

    assert care.goto(shown).status == 404
    care.goto(f"{record}documents/")
    assert identifier not in care.content()

    citizen.goto("/acces/qui-a-vu/")
    told = " ".join(citizen.locator("main").inner_text().split())  # French typography has narrow and hard spaces
    for sentence in ("a déposé « Vaccination »", "a consulté « Vaccination »", "L’accès a été refusé."):
        assert sentence in told
    _the_log_is_whole(Path(demo["folder"]))


def _the_log_is_whole(folder: Path) -> None:
    command = [sys.executable, "-m", "hygie.config.cli", "trace", "verify", "--data", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HYGIE_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_document_is_given_back_byte_for_byte(open_page, patient, deposited, sign_in):
    page = open_page()
    sign_in(page, patient)
    identifier = deposited["document_id"].rpartition(".")[2]
    answer = page.request.get(f"/dossier/documents/{identifier}/fichier/")
    assert answer.status == 200
    assert answer.body() == NOTE.read_bytes()
