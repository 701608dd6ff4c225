"""A person's way through the running demonstration: the real command, the real server, a real browser.

Everything that a page asks is watched: a request to another host, an error on the console or a page that breaks the
content security policy fails the journey.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.cluster import free_port
from tests.conftest import REPOSITORY

PEOPLE = 12
# A document for one of these people, which is not in the country when it is loaded.
NOTE = REPOSITORY / "examples" / "vaccination.xml"
_V3 = {"v3": "urn:hl7-org:v3"}
_INS_ROOT = "1.2.250.1.213.1.4.10"
_START_SECONDS = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What DIR/ready.json says, of a demonstration that runs during the journeys; `folder` is its DIR."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "hygie.config.cli", "demo", "--data", str(folder), "--people", str(PEOPLE)]
    # The official samples are left out: the country is complete on its own, and they would take long.
    environment = {**os.environ, "HYGIE_SHARED": str(folder / "none")}
    output = (folder.parent / "demo.out").open("w+")
    process = subprocess.Popen([*command, "--port", str(free_port())], env=environment, stdout=output, stderr=output)
    try:
        _wait_for(folder / "ready.json", process, Path(output.name))
        yield {**json.loads((folder / "ready.json").read_text()), "folder": str(folder)}
    finally:
        process.terminate()
        process.wait(timeout=30)
        output.close()


def _wait_for(ready: Path, process: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the demonstration did not start:\n{output.read_text()[-3000:]}")
        time.sleep(0.1)


# Of the package, not of the session: Playwright's loop must be gone when tests that use the ORM run.
@pytest.fixture
def open_page(browser: Browser, demo: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """`open_page(**options of a browser context)`: a person's own browser, watched until the end of the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    host = urlsplit(demo["base_url"]).netloc

    providers = {urlsplit(each["issuer"]).netloc for each in demo["identity_providers"]}

    def pages_of(request: Request) -> set[str]:
        """A provider's own page loads its own files."""
        return {urlsplit(request.frame.url).netloc} & providers

    def watch(request: Request) -> None:
        address = urlsplit(request.url)
        if request.is_navigation_request() and address.netloc in providers:
            return  # a link that leads to an identity provider; our pages load nothing from it
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc not in (host, *pages_of(request)):
            faults.append(f"a request to {address.netloc}")

    def make(**options: Any) -> Page:
        context = browser.new_context(base_url=demo["base_url"], locale="fr-FR", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert [fault for fault in faults if "the server responded with a status of 4" not in fault] == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


# A code serves once, and so does each step of thirty seconds: what was used, by user name.
_used_steps: dict[str, int] = {}


def next_code(account: dict[str, Any]) -> str:
    """A code that this account has not used yet; the server takes the step before and the step after too."""
    step = max(int(time.time()) // 30 - 1, _used_steps.get(account["username"], 0) + 1)
    while step > int(time.time()) // 30 + 1:
        time.sleep(1)
    _used_steps[account["username"]] = step
    return pyotp.TOTP(account["totp_secret"]).generate_otp(step)


@pytest.fixture
def sign_in() -> Callable[[Page, dict[str, Any]], None]:
    """`sign_in(page, account)`, with an account of ready.json: its password, then a code of its application."""

    def enter(page: Page, account: dict[str, Any]) -> None:
        page.goto("/connexion/")
        page.locator("input[name=username]").fill(account["username"])
        page.locator("input[type=password]").fill(account["password"])
        page.get_by_role("button", name="Se connecter", exact=True).click()
        page.wait_for_url("**/connexion/etape-2/")
        page.locator("input[name=code]").fill(next_code(account))
        page.get_by_role("button", name="Continuer").click()
        page.wait_for_url(lambda address: "/connexion/" not in address)

    return enter


@pytest.fixture
def axe_violations() -> Callable[[Page], list[str]]:
    """What axe-core finds on the page that is shown: rule, how many places, the first one."""

    def find(page: Page) -> list[str]:
        violations = Axe().run(page).response["violations"]
        return [f"{each['id']} ({len(each['nodes'])}): {each['nodes'][0]['html'][:160]}" for each in violations]

    return find


def _number(path: str) -> str:
    (found,) = etree.fromstring(NOTE.read_bytes()).xpath(path, namespaces=_V3)
    return str(found)


@pytest.fixture(scope="session")
def patient(demo: dict[str, Any]) -> dict[str, Any]:
    """The account of the person that the note is about."""
    number = _number(f"v3:recordTarget/v3:patientRole/v3:id[@root='{_INS_ROOT}']/@extension")
    return next(person for person in demo["people"] if person["ins"]["value"] == number)


@pytest.fixture(scope="session")
def doctor(demo: dict[str, Any]) -> dict[str, Any]:
    """The account of the author of the note, who is in the care team."""
    number = _number("v3:author/v3:assignedAuthor/v3:id/@extension")
    return next(each for each in demo["professionals"] if each["idnps"] == number)


@pytest.fixture(scope="session")
def other_doctor(demo: dict[str, Any], doctor: dict[str, Any]) -> dict[str, Any]:
    """A doctor who did not write the note: its author keeps seeing it when the person hides it."""
    return next(
        each for each in demo["professionals"] if each["profession"] == "10" and each["idnps"] != doctor["idnps"]
    )


@pytest.fixture
def open_record(
    patient: dict[str, Any], sign_in: Callable[[Page, dict[str, Any]], None]
) -> Callable[[Page, dict[str, Any]], str]:
    """`open_record(page, account)`: a professional signs in and finds the patient; gives the address of the record."""

    def enter(page: Page, account: dict[str, Any]) -> str:
        sign_in(page, account)
        page.goto("/pro/patient/")
        if "/structure/" in page.url:
            page.locator("main input[type=radio]").first.check()
            page.locator("main form button[type=submit]").click()
            page.goto("/pro/patient/")
        page.locator("input[name=matricule]").fill(patient["ins"]["value"])
        page.locator("input[name=born_on]").fill(patient["birth_date"])
        page.locator("main form button[type=submit]").click()
        page.get_by_role("link", name="Ouvrir le dossier").click()
        page.wait_for_url("**/pro/dossier/**")
        if page.url.endswith("/consentement/"):
            page.locator("input[name=agreed]").check()
            page.locator("main form button[type=submit]").click()
            page.wait_for_url(lambda address: not address.endswith("/consentement/"))
        return page.url

    return enter
