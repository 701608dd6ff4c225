"""The same sign-in at our simulator and at a provider that we did not write (npm oidc-provider), as processes."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as django_settings
from django.test import Client

from hygie.identity.sign_in.models import Session
from tests.clients.conftest import PACKAGES, _find_node
from tests.cluster import free_port
from tests.conftest import REPOSITORY
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import question

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-a-test-of-43-characters-at-least"
_START_SECONDS = 30


def _client(name: str) -> dict[str, Any]:
    ours = f"{django_settings.HYGIE_BASE_URL}/connexion/{name}"
    return {
        "client_id": "hygie",
        "client_secret": SECRET,
        "redirect_uris": [f"{ours}/retour/"],
        "post_logout_redirect_uris": [f"{ours}/sortie/"],
    }


def _start(command: list[str], address: str, **options: Any) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=5).status_code < 500:
                return process
        except requests.ConnectionError:
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"{command[0]} did not start: {process.communicate()[1].decode()[-2000:]}")


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulator; gives its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    levels = {"lea": "eidas3", "leon": "eidas1"}
    citizens = [
        {"username": each, "label": each, "level": level, "claims": people.LEA} for each, level in levels.items()
    ]
    doctor = {"username": "kit", "label": "Kit", "level": "eidas1", "claims": people.doctor_claims()}
    identities = {"franceconnect": citizens, "prosanteconnect": [doctor]}
    said = {name: {"clients": [_client(name)], "identities": each} for name, each in identities.items()}
    file = tmp_path_factory.mktemp("state") / "state.json"
    hygie = django_settings.HYGIE_BASE_URL
    file.write_text(json.dumps({"base_url": base, "hygie_url": hygie, "gateway_token": "t" * 20, "providers": said}))
    command = [sys.executable, "-m", "hygie.simulators.state", str(file), "--port", str(port)]
    process = _start(command, f"{base}/", cwd=REPOSITORY)
    yield base
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """oidc-provider, whose person is Léa and always says yes; gives its issuer."""
    if not (PACKAGES / "node_modules" / "oidc-provider").exists():
        pytest.skip("NOT RUN: the npm package oidc-provider is not installed: run scripts/clients (with npm)")
    node, folder, port = _find_node(), tmp_path_factory.mktemp("foreign"), free_port()
    shutil.copy(REPOSITORY / "tests" / "clients" / "npm" / "provider.mjs", folder)
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    said = {"port": port, "client": _client("franceconnect"), "claims": people.LEA, "acr": "eidas2", "account": "lea"}
    issuer = f"http://127.0.0.1:{port}"
    command = [node, str(folder / "provider.mjs"), json.dumps(said)]
    process = _start(command, f"{issuer}/.well-known/openid-configuration")
    yield issuer
    process.terminate()
    process.communicate(timeout=10)


def _choose(browser: requests.Session, page: requests.Response, username: str) -> str:
    """What a person does on the simulator's page; gives the address of the return."""
    waiting = page.text.partition('name="waiting" value="')[2].partition('"')[0]
    form = {"waiting": waiting, **({"username": username} if username else {"refuse": "1"})}
    action = page.url.partition("/authorize")[0] + "/identite"
    return browser.post(action, data=form, allow_redirects=False, timeout=10).headers["Location"]


def _go(browser: requests.Session, departure: str, username: str = "lea") -> str:
    """Follows the provider's pages until it leads back to Hygie; gives the path to open there."""
    address, ours = departure, django_settings.HYGIE_BASE_URL
    for _ in range(10):
        page = browser.get(address, allow_redirects=False, timeout=10)
        assert page.status_code < 400, page.text
        address = requests.compat.urljoin(address, page.headers.get("Location", ""))
        if "Location" not in page.headers:
            address = _choose(browser, page, username)
        if address.startswith(ours):
            return address.removeprefix(ours)
    raise AssertionError("it does not lead back")


def _set(settings: Any, franceconnect: str, prosante: str = "") -> None:
    client = {"client_id": "hygie", "client_secret": SECRET}
    settings.HYGIE_IDENTITY_PROVIDERS = {
        "franceconnect": {**client, "issuer": franceconnect, "level": "substantial"},
        "prosanteconnect": {**client, "issuer": prosante},
    }


@pytest.fixture(params=["simulator", "oidc-provider"])
def issuer(request: pytest.FixtureRequest, settings: Any) -> str:
    if request.param == "simulator":
        found = f"{request.getfixturevalue('country')}/franceconnect"
    else:
        found = request.getfixturevalue("foreign")
    _set(settings, found)
    return str(found)


def test_a_citizen_comes_in_and_goes_out_on_both_sides(client, issuer):
    people.space()
    browser = requests.Session()
    departure = client.get("/connexion/franceconnect/", {"suite": "/acces/"})["Location"]
    assert departure.startswith(issuer)
    response = client.get(_go(browser, departure))
    assert response.status_code == 302, response.content.decode()[-900:]
    assert response["Location"] == "/acces/"
    assert Session.objects.get().level == 2
    out = client.post("/deconnexion/")["Refresh"].partition("url=")[2]
    left = browser.get(out, allow_redirects=False, timeout=10)
    assert left.status_code < 400
    assert Session.objects.get().ended_at is not None


def test_a_code_serves_once_there_too(client, issuer):
    people.space()
    address = _go(requests.Session(), client.get("/connexion/franceconnect/")["Location"])
    assert client.get(address).status_code == 302
    (code,) = question(f"http://h{address}")["code"]
    configuration = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    again = requests.post(
        configuration["token_endpoint"],
        {"grant_type": "authorization_code", "code": code, "code_verifier": "v" * 43, "redirect_uri": "x"},
        auth=("hygie", SECRET),
        timeout=10,
    )
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_the_simulator_says_no_in_the_words_of_openid(client, country, settings):
    _set(settings, f"{country}/franceconnect")
    start = client.get("/connexion/franceconnect/")["Location"]
    refused = _go(requests.Session(), start, username="")
    assert question(f"http://h{refused}")["error"] == ["access_denied"]
    assert "provider-refused" in client.get(refused).content.decode()
    low = _go(requests.Session(), client.get("/connexion/franceconnect/")["Location"], username="leon")
    assert question(f"http://h{low}")["error"] == ["unmet_authentication_requirements"]
    assert "level-too-low" in client.get(low).content.decode()
    none = requests.get(start + "&prompt=none", allow_redirects=False, timeout=10)
    assert "error=login_required" in none.headers["Location"]
    evil = requests.get(start.replace("retour", "ailleurs"), allow_redirects=False, timeout=10)
    assert evil.status_code == 400


def test_the_keys_of_the_simulator_turn(client, country, settings):
    _set(settings, f"{country}/franceconnect")
    before = requests.get(f"{country}/franceconnect/jwks", timeout=10).json()["keys"]
    requests.post(f"{country}/franceconnect/cles", timeout=10)
    after = requests.get(f"{country}/franceconnect/jwks", timeout=10).json()["keys"]
    assert before[0] in after and after[0] not in before
    people.space()
    assert client.get(_go(requests.Session(), client.get("/connexion/franceconnect/")["Location"])).status_code == 302


def test_a_professional_comes_in_by_the_simulator(client, country, settings):
    _set(settings, f"{country}/franceconnect", f"{country}/prosanteconnect")
    people.doctor("R10000018889")
    address = _go(requests.Session(), client.get("/connexion/prosanteconnect/")["Location"], username="kit")
    assert client.get(address)["Location"] == "/pro/"
    assert Session.objects.get().level == 2


def test_the_logout_of_the_simulator_gives_the_state_back(client, country, settings):
    _set(settings, f"{country}/franceconnect")
    people.space()
    browser = requests.Session()
    client.get(_go(browser, client.get("/connexion/franceconnect/")["Location"]))
    out = client.post("/deconnexion/")["Refresh"].partition("url=")[2]
    left = browser.get(f"{out}&state=s1", allow_redirects=False, timeout=10).headers["Location"]
    assert parse_qs(urlsplit(left).query) == {"state": ["s1"]}
    again = browser.get(client.get("/connexion/franceconnect/")["Location"], allow_redirects=False, timeout=10)
    assert again.status_code == 200, "nobody is signed in there any more"


def test_the_letterbox_takes_what_the_gateways_send(country, settings):
    from hygie.lib.errors import Unavailable
    from hygie.notifications.gateways import Operator

    Operator(f"{country}/operateurs/sms", "t" * 20).send("+33639980001", "", "Hygie : votre code est 123456.")
    assert "123456" in requests.get(f"{country}/boite/?a=%2B33639980001", timeout=10).text
    with pytest.raises(Unavailable):
        Operator(f"{country}/operateurs/sms", "wrong").send("+33639980001", "", "x")


def test_the_pages_of_the_simulator_say_that_all_is_fictive(country, settings):
    _set(settings, f"{country}/franceconnect")
    for address in (f"{country}/", f"{country}/boite/", f"{country}/franceconnect/session"):
        french = requests.get(address, timeout=10)
        assert french.status_code == 200 and "DONNÉES FICTIVES" in french.text
    start = Client().get("/connexion/franceconnect/")["Location"]
    assert "DONNÉES FICTIVES" in requests.get(start, timeout=10).text
