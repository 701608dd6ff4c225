"""A parent acts for a child: said on every page, and only where the law allows it."""

import datetime as dt
import uuid

import pytest

from hygie.access import actions as access
from hygie.lib import clock
from hygie.record import actions as record
from tests import factories
from tests.hygie.portals.citizen.household import PDF


@pytest.fixture
def child(house) -> uuid.UUID:
    born = dt.date(2018, 6, 1)
    space_id = factories.space(7, who=factories.traits(given="LEO", sex="M", born_on=born))
    access.add_representative(space_id, house.space_id, since=house.now - dt.timedelta(days=1), until=None)
    return space_id


def _switch(house, space_id: object) -> str:
    response = house.client.post("/profil/", {"space": str(space_id)}, follow=True)
    return response.content.decode().replace("\u00a0", " ")


def test_a_parent_opens_the_child_s_space_under_a_banner(house, child):
    house.deposit("biologie")
    page = _switch(house, child)
    assert "Vous agissez pour" in page and "Dossier de Leo" in page.replace("Léo", "Leo")
    for path in (
        "/dossier/documents/",
        "/acces/",
        "/acces/qui-peut/",
        "/acces/qui-a-vu/",
    ):
        text = house.text(path)
        assert "hy-acting" in text, path
        assert "Prise de sang" not in text, path
    assert "hy-acting" in house.text("/dossier/documents/ajouter/")
    assert "Documents de Leo" in house.text("/dossier/documents/")
    assert "Revenir à mon dossier" in page


def test_the_way_back_is_one_button(house, child):
    house.deposit("biologie")
    _switch(house, child)
    page = _switch(house, house.space_id)
    assert "hy-acting" not in page and "Vous êtes dans votre dossier." in page
    assert "Prise de sang" in house.text("/dossier/documents/")


def test_what_a_parent_adds_is_the_family_s(house, child):
    _switch(house, child)
    record.add_own_document(
        house.me,
        child,
        title="Carnet de santé",
        type_code="DOCPAT03",
        dated_on=dt.date(2026, 1, 2),
        content=PDF,
        now=clock.now(),
    )
    page = house.text("/dossier/documents/")
    assert "Carnet de santé" in page and "Ajouté par la famille" in page


def test_nobody_opens_the_space_of_somebody_that_he_does_not_represent(house):
    stranger = factories.space(8, who=factories.traits(family="AUTRE"))
    for value in (str(stranger), "x", str(uuid.uuid4())):
        assert house.client.post("/profil/", {"space": value}).status_code == 404
    assert house.client.get("/profil/").status_code == 405


def test_the_right_is_looked_at_again_at_each_page(house, child):
    from hygie.access.models import Representation

    _switch(house, child)
    Representation.objects.filter(space_id=child).update(until=house.now)
    page = house.text("/accueil/")
    assert "hy-acting" not in page and "Bonjour" in page
