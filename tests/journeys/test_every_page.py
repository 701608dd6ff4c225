"""Every page that a link leads to: it opens, it is accessible in every theme, and it fits a small telephone."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

THEMES = ("neutral", "dark", "contrast")
NARROW = {"width": 320, "height": 640}
MOST_PAGES = 45
_IDENTIFIER = re.compile(r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{16,})(?=/|$)")
_NOT_PAGES = re.compile(r"/(?:fichier|piece/\d+|export\.csv|metadata)/?$|^/static/")


def _kind(address: str) -> str:
    """One page of each kind is enough: identifiers and questions are left out."""
    return _IDENTIFIER.sub("/*", urlsplit(address).path)


def _pages(page: Page, start: str) -> Iterator[str]:
    """Opens one page of each kind that can be reached by links; the page is shown while the caller looks at it."""
    waiting, seen = [start], {_kind(start)}
    while waiting and len(seen) <= MOST_PAGES:
        address = waiting.pop(0)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        yield _kind(address)
        for href in page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            if not _NOT_PAGES.search(urlsplit(href).path) and _kind(href) not in seen:
                seen.add(_kind(href))
                waiting.append(href)


def _faults(page: Page, start: str, find: Callable[[Page], list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    home = page.url
    for kind in _pages(page, start):
        for theme in THEMES:
            page.context.add_cookies([{"name": "hygie-display", "value": f"{theme}.100.normal", "url": home}])
            page.reload()
            if faults := find(page):
                found[f"{kind} in {theme}"] = faults
        if _is_too_wide(page):
            found[f"{kind} at {NARROW['width']} px"] = ["it scrolls sideways"]
    return found


def _is_too_wide(page: Page) -> bool:
    wide = page.viewport_size
    page.set_viewport_size(NARROW)
    over = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.set_viewport_size(wide)
    return bool(over)


@pytest.mark.slow
def test_every_page_of_the_citizen_is_accessible(open_page, patient, sign_in, axe_violations):
    page = open_page()
    sign_in(page, patient)
    assert _faults(page, "/accueil/", axe_violations) == {}


@pytest.mark.slow
def test_every_page_of_the_professional_is_accessible(open_page, doctor, open_record, axe_violations):
    page = open_page()
    record = open_record(page, doctor)
    assert _faults(page, urlsplit(record).path, axe_violations) == {}
