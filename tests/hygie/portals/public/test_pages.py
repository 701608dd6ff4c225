"""Pages open to everybody: present, strict, quiet."""

import re

import pytest
from django.conf import settings

from hygie.portals.ui.display import COOKIE

ADDRESSES = (
    "/",
    "/connexion/",
    "/connexion/?entree=professionnel",
    "/affichage/",
    "/aide/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/mentions-legales/",
    "/composants/",
)
DIRECTIVES = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_public_page_has_a_title_one_heading_and_the_demonstration_strip(client, address):
    page = client.get(address).content.decode()
    assert re.search(r"<title>[^<]+ – Hygie</title>", page)
    assert page.count("<h1") == 1
    assert "DONNÉES FICTIVES" in page
    assert 'href="#contenu"' in page and 'id="contenu"' in page


@pytest.mark.parametrize("address", [*ADDRESSES, "/nulle-part/"])
def test_the_policy_of_the_page_lets_nothing_else_in(client, address):
    sent = {part.strip() for part in client.get(address)["Content-Security-Policy"].split(";")}
    assert sent >= DIRECTIVES
    assert not any("unsafe" in part or "*" in part or "http" in part or "data:" in part for part in sent)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_holds_no_inline_style_or_script_and_asks_only_this_site(client, address):
    page = client.get(address).content.decode()
    assert not re.search(r"<[^>]+\sstyle=|<style|<[^>]+\son\w+=|<script(?![^>]*\ssrc=)", page)
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded and all(each.startswith(settings.STATIC_URL) for each in loaded)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_needs_no_statement_for_a_stranger(client, address, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(address)


def test_ids_of_the_gallery_are_unique(client):
    ids = re.findall(r'\sid="([^"]+)"', client.get("/composants/").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_display_choices_are_kept_in_a_cookie_and_used(client):
    answer = client.post("/affichage/", {"theme": "dark", "size": "150", "spacing": "wide", "suite": "/aide/"})
    assert answer["Location"] == "/aide/"
    assert answer.cookies[COOKIE].value == "dark.150.wide"
    assert answer.cookies[COOKIE]["httponly"] and answer.cookies[COOKIE]["samesite"] == "Lax"
    page = client.get("/aide/").content.decode()
    assert 'data-bs-theme="dark" data-text="150" data-spacing="wide"' in page


def test_the_high_contrast_theme_is_named_on_the_page(client):
    client.cookies[COOKIE] = "contrast.100.normal"
    assert 'data-bs-theme="light" data-theme="contrast"' in client.get("/aide/").content.decode()


def test_without_a_choice_the_system_decides(client):
    assert "data-bs-theme" not in client.get("/aide/").content.decode()


def test_a_cookie_that_was_tampered_with_changes_nothing_on_the_page(client):
    client.cookies[COOKIE] = "dark-onload=x.200x.<script>"
    page = client.get("/aide/").content.decode()
    assert 'data-text="100" data-spacing="normal"' in page and "onload" not in page


def test_an_unknown_display_choice_is_an_error_of_the_form(client):
    answer = client.post("/affichage/", {"theme": "pink", "size": "100", "spacing": "normal"})
    assert answer.status_code == 422 and COOKIE not in answer.cookies


def test_a_language_of_the_site_is_kept_and_no_other(client):
    answer = client.post("/langue/", {"language": "en", "suite": "/aide/"})
    assert answer["Location"] == "/aide/" and answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert '<html lang="en"' in client.get("/aide/").content.decode()
    assert settings.LANGUAGE_COOKIE_NAME not in client.post("/langue/", {"language": "xx"}).cookies


def test_the_language_page_never_leaves_the_site(client):
    assert client.post("/langue/", {"language": "fr", "suite": "//elsewhere.example"})["Location"] == "/"


def test_the_statement_on_accessibility_announces_no_rate(client):
    page = client.get("/accessibilite/").content.decode()
    assert "non audité" in page and "%" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_accounts_to_try_are_spoken_of_in_a_demonstration_only(client, settings):
    assert "make demo" in client.get("/").content.decode()
    settings.HYGIE_DEMO = False
    for address in ("/", "/connexion/"):
        page = client.get(address).content.decode()
        assert "make demo" not in page and "DONNÉES FICTIVES" not in page
