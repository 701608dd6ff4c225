"""What anybody sees before signing in."""

import pytest

PUBLIC = [
    "/",
    "/connexion/",
    "/aide/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/mentions-legales/",
    "/composants/",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_opens_and_has_no_accessibility_fault(page, axe_violations, address):
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    assert axe_violations(page) == []


def test_a_public_page_works_without_javascript(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/connexion/")
    assert page.locator("input[type=password]").is_visible()


def test_a_private_page_leads_to_sign_in(page):
    page.goto("/dossier/documents/")
    assert "/connexion/" in page.url


def test_a_citizen_signs_in(page, demo, sign_in, axe_violations):
    sign_in(page, next(each for each in demo["people"] if each["username"]))
    assert page.url.endswith("/accueil/")
    assert axe_violations(page) == []


def test_a_professional_signs_in(page, demo, sign_in, axe_violations):
    sign_in(page, demo["professionals"][0])
    assert "/pro/" in page.url
    assert axe_violations(page) == []
