"""Pro Santé Connect: which professional of the register, how sure, and which activity."""

import copy
from typing import Any

import pytest
from django.test import Client

from hygie.identity.federation import prosante
from hygie.identity.models import Professional
from hygie.identity.queries import get_professional
from hygie.identity.sign_in.models import Session
from hygie.identity.types import Level
from hygie.lib.errors import Invalid
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import Lying

START = "/connexion/prosanteconnect/"


def _sign_in(client: Client, provider: Lying, claims: dict[str, Any]) -> Any:
    provider.claims, provider.signed_userinfo, provider.acr = claims, False, "eidas1"
    departure = client.get(START)["Location"]
    return client.get(provider.come_back(departure))


def test_the_official_shape_is_read(shared_path):
    claims = people.doctor_claims()
    assert prosante.national_id(claims) == people.IDNPS
    (activity,) = prosante.activities(claims)
    assert (activity.profession, activity.speciality, activity.mode) == ("10", "SM26", "L")
    assert activity.structures == ("R10000018889",)
    assert prosante.level_of(claims, Level.LOW) is Level.SUBSTANTIAL


@pytest.mark.parametrize("palier", ["", "INCONNU^1.2.3", "apppRip3", 7, None])
def test_an_unknown_palier_is_worth_what_acr_says(palier):
    assert prosante.level_of({"Palier_Authentification": palier}, Level.LOW) is Level.LOW


@pytest.mark.parametrize("number", ["", "8 99700218896", "8997002188\u0669", None, 7, "'; --", "x" * 300])
def test_a_national_number_that_is_none(number):
    with pytest.raises(Invalid):
        prosante.national_id({"SubjectNameID": number})


@pytest.mark.parametrize(
    "register",
    [[], "x", {"exercices": {}}, {"exercices": ["x"]}, {"exercices": [{"activities": "x"}]}, {"exercices": [{}] * 21}],
)
def test_exercises_that_cannot_be_read(register):
    with pytest.raises(Invalid):
        prosante.activities({"SubjectRefPro": register})


@pytest.mark.parametrize(
    ("name", "number", "idnst"),
    [("numeroFinessSite", "990000001", "1990000001"), ("numeroSiretSite", "12345678900011", "312345678900011"),
     ("numeroSirenSite", "123456789", "2123456789"), ("identifiantTechniqueDeLaStructure", "R1", "R1")],
)  # fmt: skip
def test_the_structure_is_named_by_any_of_its_numbers(name, number, idnst):
    claims = people.doctor_claims({"codeProfession": "10", "activities": [{name: number}]})
    assert prosante.activities(claims)[0].structures == (idnst,)


@pytest.mark.django_db
def test_one_activity_is_chosen_at_once(client, provider):
    people.doctor("R1")
    response = _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1")))
    assert response["Location"] == "/pro/"
    assert "Structure R1" in client.get("/pro/").content.decode()
    assert Session.objects.get().level == Level.SUBSTANTIAL


@pytest.mark.django_db
def test_several_activities_are_chosen_before_anything_else(client, provider):
    people.doctor("R1", "R2")
    claims = people.doctor_claims(people.exercise("10", "R1", "R2"), people.exercise("21", "R1"))
    assert _sign_in(client, provider, claims)["Location"] == "/pro/structure/"
    assert client.get("/pro/patient/")["Location"] == "/pro/structure/"
    page = client.get("/pro/structure/").content.decode()
    assert page.count('type="radio"') == 3
    assert "Pharmacien : Structure R1" in page
    assert client.post("/pro/structure/", {"organization": "9"}).status_code == 422
    assert client.post("/pro/structure/", {"organization": "2"})["Location"] == "/pro/"
    home = client.get("/pro/")
    assert home.wsgi_request.actor.profession == "21"
    assert (
        home.wsgi_request.actor.organization_id
        == get_professional(home.wsgi_request.actor.professional_id).organizations[0].id
    )
    assert "Pharmacien" in home.content.decode()
    client.post("/pro/structure/", {"organization": "1"})
    assert client.get("/pro/").wsgi_request.actor.profession == "10"


@pytest.mark.django_db
def test_the_chosen_profession_and_structure_are_in_the_trace(client, provider):
    import json

    from hygie.trace.models import Entry
    from tests import factories

    person = factories.space(7)
    people.doctor("R1", "R2")
    _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1"), people.exercise("21", "R2")))
    client.post("/pro/structure/", {"organization": "1"})
    actor = client.get("/pro/").wsgi_request.actor
    found = client.post("/pro/patient/", {"matricule": factories.ins(7).value, "born_on": "12/03/1984"})
    assert found.status_code == 302
    entry = Entry.objects.filter(space_id=person).latest("seq")
    told = json.loads(bytes(entry.payload))
    assert "21" in json.dumps(told) and str(actor.organization_id) in json.dumps(told)


@pytest.mark.django_db
def test_a_structure_that_the_register_does_not_know_is_not_offered(client, provider):
    people.doctor("R1")
    claims = people.doctor_claims(people.exercise("10", "R1", "R9"))
    assert _sign_in(client, provider, claims)["Location"] == "/pro/"


@pytest.mark.django_db
def test_a_structure_that_was_left_meanwhile_is_no_longer_acted_for(client, provider):
    people.doctor("R1", "R2")
    _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1", "R2")))
    client.post("/pro/structure/", {"organization": "1"})
    people.doctor("R1")
    assert client.get("/pro/patient/")["Location"] == "/pro/structure/"


@pytest.mark.django_db
def test_who_left_the_register_is_refused(client, provider):
    people.doctor("R1")
    Professional.objects.update(active=False)
    response = _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1")))
    assert response.status_code == 403
    assert "professional-struck-off" in response.content.decode()


@pytest.mark.django_db
def test_who_leaves_the_register_is_out_at_the_next_page(client, provider):
    people.doctor("R1")
    _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1")))
    Professional.objects.update(active=False)
    assert "/connexion/" in client.get("/pro/")["Location"]


@pytest.mark.django_db
def test_whom_the_register_does_not_know_is_refused(client, provider):
    response = _sign_in(client, provider, people.doctor_claims())
    assert "professional-unknown" in response.content.decode()


@pytest.mark.django_db
def test_an_identity_that_becomes_another_professional_is_refused(client, provider):
    people.doctor("R1")
    people.doctor("R2", idnps="899700218900")
    claims = people.doctor_claims(people.exercise("10", "R1"))
    assert _sign_in(client, provider, claims).status_code == 302
    other = copy.deepcopy(claims) | {"SubjectNameID": "899700218900"}
    assert "identity-taken" in _sign_in(Client(), provider, other).content.decode()


@pytest.mark.django_db
def test_a_professional_does_not_raise_a_citizen(client, provider):
    """A person who is both: her two accounts stay apart."""
    people.doctor("R1")
    people.space()
    provider.claims = people.claims()
    client.get(provider.come_back(client.get("/connexion/franceconnect/")["Location"]))
    provider.subject = "the same person, as a doctor"
    response = _sign_in(client, provider, people.doctor_claims(people.exercise("10", "R1")))
    assert response["Location"] == "/pro/"
    assert Session.objects.filter(ended_at__isnull=True).count() == 1
