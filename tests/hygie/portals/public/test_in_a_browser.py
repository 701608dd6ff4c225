"""Public pages in Chromium: no fault for axe in any theme, no side scroll at 320 pixels, no help from a script."""

import pytest

from hygie.portals.ui.display import COOKIE

ADDRESSES = ("/", "/connexion/", "/affichage/", "/aide/", "/accessibilite/", "/composants/", "/nulle-part/")
THEMES = ("neutral", "dark", "contrast")
pytestmark = pytest.mark.journey


def _context(browser, live_server, *, theme="neutral", size="100", width=1280, script=True, spacing="normal"):
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, locale="fr-FR")
    context.add_cookies([{"name": COOKIE, "value": f"{theme}.{size}.{spacing}", "url": live_server.url}])
    return context


def test_axe_finds_nothing_in_any_theme(browser, live_server):
    from axe_playwright_python.sync_playwright import Axe

    axe, faults, rules = Axe(), {}, 0
    for theme in THEMES:
        for width in (320, 1280):
            page = _context(browser, live_server, theme=theme, width=width).new_page()
            for address in ADDRESSES:
                page.goto(live_server.url + address)
                found = axe.run(page, options={"resultTypes": ["violations"]}).response
                rules += len(found["passes"]) + len(found["violations"])
                if found["violations"]:
                    faults[theme, width, address] = [each["id"] for each in found["violations"]]
    assert faults == {}
    assert rules > 100


@pytest.mark.parametrize(
    ("width", "size", "spacing"), [(320, "100", "normal"), (320, "100", "wide"), (640, "200", "normal")]
)
def test_nothing_scrolls_sideways_on_a_small_screen_or_with_large_text(browser, live_server, width, size, spacing):
    page = _context(browser, live_server, width=width, size=size, spacing=spacing).new_page()
    over = {}
    for address in ADDRESSES:
        page.goto(live_server.url + address)
        extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if extra > 0:
            over[address] = extra
    assert over == {}


def test_a_page_breaks_no_rule_of_its_policy_and_asks_only_this_site(browser, live_server):
    page = _context(browser, live_server).new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: asked.append(request.url))
    for address in ADDRESSES[:-1]:
        page.goto(live_server.url + address)
    assert said == []
    assert [url for url in asked if not url.startswith(live_server.url)] == []


def test_touch_targets_are_large_enough(browser, live_server):
    page = _context(browser, live_server, width=320).new_page()
    small = {}
    for address in ADDRESSES:
        page.goto(live_server.url + address)
        found = page.evaluate(
            """() => [...document.querySelectorAll('button, .btn, input, select, textarea, summary, .hy-tools__item')]
            .filter(e => e.offsetParent && !['checkbox', 'radio', 'hidden'].includes(e.type))
            .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 60))"""
        )
        if found:
            small[address] = found
    assert small == {}


def test_without_a_script_the_display_can_be_changed(browser, live_server):
    page = _context(browser, live_server, script=False).new_page()
    page.goto(f"{live_server.url}/affichage/?suite=/aide/")
    page.get_by_label("Sombre").check()
    page.get_by_label("Très grande").check()
    page.get_by_role("button", name="Enregistrer mes choix").click()
    assert page.url == f"{live_server.url}/aide/"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"


def test_the_system_preference_is_followed_when_nothing_was_chosen(browser, live_server):
    grounds = {}
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        page.goto(live_server.url)
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(250, 247, 242)", "dark": "rgb(14, 22, 22)"}


def test_the_keyboard_reaches_the_content_first_and_the_focus_is_seen(browser, live_server):
    page = _context(browser, live_server).new_page()
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
