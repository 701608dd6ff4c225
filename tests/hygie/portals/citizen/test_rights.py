"""Who can see: the care team, consents, blocks and oppositions, each with its consequence."""

import datetime as dt
import re
import uuid

import pytest

from hygie.access import actions as access
from hygie.access import queries as access_queries
from hygie.lib import clock
from hygie.lib.errors import AccessRefused

RIGHTS = "/acces/qui-peut/"


def _post(house, path: str, **data: str) -> str:
    response = house.client.post(path, data, follow=True)
    return response.content.decode().replace("\u00a0", " ")


def _links(page: str, end: str) -> list[str]:
    return re.findall(rf'href="(/acces/qui-peut/[^"]*{end})"', page)


def test_the_care_team_is_named_with_its_attending_doctor(house):
    page = house.text(RIGHTS)
    assert "Dr Antoine MARTIN" in page and "Médecin traitant" in page
    assert "Antoine ROUX" in page and "Infirmier" in page
    assert "Vous ne bloquez personne." in page and "Aucun accord en cours." in page


def test_a_professional_is_found_by_name_then_added(house):
    found = house.text(RIGHTS + "equipe/ajouter/?q=peti")
    assert "Dr Antoine PETIT" in found and "1 réponse" in found
    target = f"?professionnel={house.stranger.professional_id}"
    assert target in found
    confirm = house.text(RIGHTS + "equipe/ajouter/" + target)
    assert "Ajouter Dr Antoine PETIT à l’équipe de soins ?" in confirm and "C’est le médecin traitant" in confirm
    page = _post(house, RIGHTS + "equipe/ajouter/", professionnel=str(house.stranger.professional_id))
    assert "Dr Antoine PETIT est dans l’équipe de soins." in page
    again = _post(house, RIGHTS + "equipe/ajouter/", professionnel=str(house.stranger.professional_id))
    assert "est déjà dans l’équipe de soins" in again


def test_a_new_attending_doctor_replaces_the_former_one(house):
    _post(house, RIGHTS + "equipe/ajouter/", professionnel=str(house.stranger.professional_id), attending="on")
    team = access_queries.list_rights(house.me, house.space_id, now=clock.now()).team
    assert [m.professional.id for m in team if m.attending] == [house.stranger.professional_id]


def test_a_nurse_is_not_offered_as_attending_doctor(house):
    page = house.text(f"{RIGHTS}equipe/ajouter/?professionnel={house.nurse.professional_id}")
    assert "C’est le médecin traitant" not in page


def test_a_search_too_short_or_without_answer_says_so(house):
    assert "Écrivez au moins deux lettres." in house.text(RIGHTS + "bloquer/?q=a")
    assert "Aucune réponse" in house.text(RIGHTS + "bloquer/?q=zzzz")
    for hostile in ("<script>", "%00%00", "%27%20OR%201=1", "%25%25"):
        assert "<script>" not in house.text(RIGHTS + "bloquer/?q=" + hostile)


def test_leaving_the_team_is_explained_then_done(house):
    member = next(
        m for m in access_queries.list_rights(house.me, house.space_id, now=house.now).team if not m.attending
    )
    confirm = house.text(f"{RIGHTS}equipe/{member.id}/retirer/")
    assert "il faudra à nouveau votre accord" in confirm
    _post(house, f"{RIGHTS}equipe/{member.id}/retirer/")
    assert "Antoine ROUX" not in house.text(RIGHTS)
    assert house.client.get(f"{RIGHTS}equipe/{member.id}/retirer/").status_code == 404


def test_blocking_closes_the_record_at_once_and_can_be_undone(house):
    page = house.text(f"{RIGHTS}bloquer/?professionnel={house.nurse.professional_id}")
    assert "Bloquer Antoine ROUX ?" in page and "Le dossier lui est fermé tout de suite" in page
    done = _post(house, RIGHTS + "bloquer/", professionnel=str(house.nurse.professional_id))
    assert "Le dossier est fermé pour Antoine ROUX" in done
    assert not _opens(house.nurse, house)
    assert "déjà fermé" in _post(house, RIGHTS + "bloquer/", professionnel=str(house.nurse.professional_id))
    (lift,) = _links(done, "lever/")
    assert "l’accès au dossier revient tout de suite" in house.text(lift)
    _post(house, lift)
    assert _opens(house.nurse, house)


def _opens(actor, house) -> bool:
    from hygie.record import queries as record_queries
    from hygie.record.types import DocumentFilters

    try:
        record_queries.list_documents(actor, house.space_id, DocumentFilters(), now=clock.now())
    except AccessRefused:
        return False
    return True


@pytest.mark.parametrize("by", ["professionnel", "structure"])
def test_blocking_the_attending_doctor_asks_twice(house, by):
    value = str(house.doctor.professional_id if by == "professionnel" else house.cabinet)
    page = house.text(f"{RIGHTS}bloquer/?{by}={value}")
    assert "Cela ferme le dossier au médecin traitant" in page
    refused = house.client.post(RIGHTS + "bloquer/", {by: value})
    assert refused.status_code == 422 and "Cochez la case pour confirmer." in refused.content.decode()
    assert access_queries.list_rights(house.me, house.space_id, now=clock.now()).blocks == []
    _post(house, RIGHTS + "bloquer/", **{by: value}, understood="on")
    assert len(access_queries.list_rights(house.me, house.space_id, now=clock.now()).blocks) == 1


def test_a_consent_that_runs_shows_its_end_and_can_be_ended(house):
    access.give_consent(house.stranger, house.space_id, now=clock.now())
    page = house.text(RIGHTS)
    assert "Dr Antoine PETIT" in page and "Se ferme le" in page
    (link,) = _links(page, "retirer/")[-1:]
    assert "accord" in link
    assert "Le dossier se ferme tout de suite" in house.text(link)
    _post(house, link)
    assert "Aucun accord en cours." in house.text(RIGHTS)
    assert not _opens(house.stranger, house)


@pytest.mark.parametrize(
    ("query", "data", "told"),
    [
        ("?quoi=tout", {"quoi": "tout"}, "Tous les nouveaux documents"),
        ("?quoi=categorie&categorie=10", {"quoi": "categorie", "categorie": "10"}, "« Compte rendu »"),
    ],
)
def test_an_opposition_is_explained_set_and_lifted(house, query, data, told):
    page = house.text(RIGHTS + "opposition/" + query)
    assert "Les documents déjà présents restent dans le dossier." in page
    done = _post(house, RIGHTS + "opposition/", **data)
    assert told in done
    with pytest.raises(AccessRefused):
        house.deposit("biologie")
    assert "Ce refus existe déjà." in _post(house, RIGHTS + "opposition/", **data)
    (lift,) = _links(done, "lever/")
    house.text(lift)
    _post(house, lift)
    assert house.deposit("biologie")


def test_an_opposition_to_one_professional_goes_through_the_directory(house):
    assert f"?professionnel={house.doctor.professional_id}" in house.text(RIGHTS + "opposition/?quoi=annuaire&q=martin")
    done = _post(house, RIGHTS + "opposition/", professionnel=str(house.doctor.professional_id))
    assert "Les documents de Dr Antoine MARTIN" in done


def test_a_choice_that_is_not_whole_is_asked_again(house):
    assert "Choisissez un type dans la liste." in house.text(RIGHTS + "opposition/?quoi=categorie", status=422)
    assert "Choisissez un type dans la liste." in house.text(
        RIGHTS + "opposition/?quoi=categorie&categorie=zz", status=422
    )


@pytest.mark.parametrize(
    "path", ["equipe/{}/retirer/", "accord/{}/retirer/", "bloquer/{}/lever/", "opposition/{}/lever/"]
)
def test_a_row_that_is_not_one_s_own_is_an_unknown_page(house, path):
    address = RIGHTS + path.format(uuid.uuid4())
    assert house.client.get(address).status_code == 404
    assert house.client.post(address).status_code == 404


@pytest.mark.parametrize("value", ["x", str(uuid.uuid4()), "' OR 1=1"])
def test_nobody_of_that_id_is_an_unknown_page(house, value):
    for param in ("professionnel", "structure"):
        assert house.client.get(f"{RIGHTS}bloquer/", {param: value}).status_code == 404
        assert house.client.post(f"{RIGHTS}bloquer/", {param: value}).status_code == 404


def test_the_access_page_counts(house):
    page = house.text("/acces/")
    assert "2 soignants" in page and "0 acte" in page
    house.deposit("biologie")
    assert "1 acte de soignant" in house.text("/acces/")
    assert dt.timedelta(days=30)
