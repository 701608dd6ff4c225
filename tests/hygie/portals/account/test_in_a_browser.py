"""These pages in Chromium: a passkey of a virtual authenticator, the keyboard alone, axe, a shared computer."""

import re

import pytest

from hygie.identity.sign_in import recovery
from hygie.identity.sign_in.models import Factor, Session
from hygie.lib import clock
from hygie.portals.ui.display import COOKIE
from tests.hygie.portals.account import guests
from tests.hygie.portals.visitors import PASSWORD, make_family

pytestmark = pytest.mark.journey


@pytest.fixture
def site(live_server, settings) -> str:
    """The public address: passkeys want a name, and browsers let `localhost` have some."""
    settings.HYGIE_BASE_URL = re.sub("//[^:/]+", "//localhost", live_server.url)
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    make_family()
    return settings.HYGIE_BASE_URL


def _page(browser, *, width=1280, script=True, theme="neutral", site=""):
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, locale="fr-FR")
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": COOKIE, "value": f"{theme}.100.normal", "url": site}])
    return context.new_page()


def _authenticator(page, *, verified=True) -> tuple[object, str]:
    """A device with a passkey store, over the DevTools protocol (WebAuthn domain)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def _enter(page, site, ahead=0):
    page.goto(f"{site}/connexion/")
    page.get_by_label("Identifiant").fill("lea")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/etape-2/")
    page.get_by_label("Code à 6 chiffres").fill(guests.code(ahead))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil/")


def test_a_passkey_is_made_and_opens_the_space_by_itself(browser, site):
    guests.protect("lea")
    page = _page(browser, site=site)
    faults = []
    page.on("console", lambda each: faults.append(each.text) if each.type == "error" else None)
    devtools, device = _authenticator(page)
    _enter(page, site)
    page.goto(f"{site}/ma-connexion/cle/ajouter/")
    page.get_by_label("Nom de ce moyen").fill("Mon ordinateur")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ma-connexion/")
    assert "Mon ordinateur" in page.locator("main").inner_text()
    (held,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert held["isResidentCredential"] and held["rpId"] == "localhost"
    page.locator("form.hy-tools__form button").click()
    # The browser offers it by itself, under the name's field (conditional mediation); else the button does.
    page.wait_for_timeout(1500)
    if "/connexion/" in page.url:
        page.get_by_role("button", name="Utiliser une clé d’accès").press("Enter")
    page.wait_for_url("**/accueil/")
    assert Session.objects.latest("created_at").method == "passkey"
    assert Factor.objects.get(kind="passkey").sign_count >= 1
    assert faults == []


def test_a_device_that_does_not_check_its_owner_is_refused(browser, site):
    guests.protect("lea")
    page = _page(browser, site=site)
    _authenticator(page, verified=False)
    _enter(page, site)
    page.goto(f"{site}/ma-connexion/cle/ajouter/")
    page.get_by_role("button", name="Faire la clé d’accès").click()
    page.get_by_role("alert").filter(has_text="n’a pas fait de clé").wait_for()
    assert not Factor.objects.filter(kind="passkey").exists()


def test_a_passkey_enters_while_strangers_guess_the_password(browser, site, client):
    guests.protect("lea")
    page = _page(browser, site=site)
    _authenticator(page)
    _enter(page, site)
    page.goto(f"{site}/ma-connexion/cle/ajouter/")
    page.get_by_role("button", name="Faire la clé d’accès").click()
    page.wait_for_url("**/ma-connexion/")
    assert [guests.password(client, word="mauvais").status_code for _ in range(11)][-1] == 429
    page.locator("form.hy-tools__form button").click()
    page.wait_for_timeout(1500)
    if "/connexion/" in page.url:
        page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url("**/accueil/")


def test_without_a_script_the_password_and_a_code_open_the_space(browser, site):
    guests.protect("lea")
    page = _page(browser, script=False, site=site)
    page.goto(f"{site}/connexion/")
    assert not page.get_by_role("button", name="Utiliser une clé d’accès").is_visible()
    _enter(page, site)


def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, site, settings):
    from axe_playwright_python.sync_playwright import Axe

    guests.reach("lea", settings)
    recovery.draw(guests.protect("lea"), now=clock.now())
    addresses = [
        "/ma-connexion/",
        "/ma-connexion/application/ajouter/",
        "/ma-connexion/cle/ajouter/",
        "/ma-connexion/codes-de-secours/",
        "/ma-connexion/mot-de-passe/",
        f"/ma-connexion/moyen/{Factor.objects.get().id}/",
        f"/ma-connexion/moyen/{Factor.objects.get().id}/essayer/",
        "/mes-appareils/",
        "/connexion/niveaux/",
        "/connexion/renforcer/?raison=recente&suite=/accueil/",
        "/connexion/renforcer/?raison=recente&moyen=recovery",
    ]
    faults = {}
    for at, (theme, width) in enumerate((("neutral", 320), ("dark", 1280), ("contrast", 1280))):
        page = _page(browser, width=width, theme=theme, site=site)
        for address in ("/connexion/?partage=1", "/connexion/mot-de-passe-oublie/"):
            page.goto(site + address)
            faults[theme, width, address] = _faults(Axe, page)
        _enter(page, site, ahead=at - 1)
        for address in addresses:
            page.goto(site + address)
            faults[theme, width, address] = _faults(Axe, page)
    assert {where: found for where, found in faults.items() if found} == {}


def _faults(axe, page) -> list[str]:
    found = axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [each["id"] for each in found] + ([f"{over} px too wide"] if over > 0 else [])


def test_a_shared_computer_keeps_nothing(browser, site):
    guests.protect("lea")
    page = _page(browser, site=site)
    page.goto(f"{site}/connexion/")
    page.get_by_role("link", name="Ordinateur partagé").click()
    page.get_by_label("Identifiant").fill("lea")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Code à 6 chiffres").fill(guests.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil/")
    page.goto(f"{site}/ma-connexion/")
    page.locator("form.hy-tools__form button").click()
    page.wait_for_url("**/connexion/**")
    page.go_back()
    page.wait_for_load_state()
    shown = page.locator("body").inner_text()
    assert "DURAND" not in shown.upper() and "example.invalid" not in shown
    assert "/connexion/" in page.url
    kept = page.evaluate(
        """async () => ({local: localStorage.length, session: sessionStorage.length,
        caches: (await caches.keys()).length, databases: (await indexedDB.databases()).length})"""
    )
    assert kept == {"local": 0, "session": 0, "caches": 0, "databases": 0}
    names = {each["name"] for each in page.context.cookies()}
    assert names <= {"hygie", "hygie-csrf", COOKIE}
    assert Session.objects.get().ended_at is not None
