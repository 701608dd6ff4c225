"""What an attack found between Hygie and an identity provider; each stays mended."""

import datetime as dt

import pytest
from django.test import Client

from hygie.identity.federation import actions, discovery
from hygie.identity.federation.models import ProviderSession
from hygie.identity.sign_in.models import Session
from hygie.lib import clock
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import sign
from tests.hygie.portals.account import guests

pytestmark = pytest.mark.django_db
DOOR = "/connexion/franceconnect/"
SENSITIVE = "/ma-connexion/mot-de-passe/"


@pytest.fixture
def inside(client, provider):
    """Somebody who came in by FranceConnect."""
    provider.claims = people.claims()
    people.space()
    client.get(provider.come_back(client.get(DOOR)["Location"]))
    return client


@pytest.mark.parametrize(("minutes", "status"), [(60, 422), (0, 302)])
def test_a_recent_proof_is_one_that_the_provider_made_now(inside, provider, minutes, status):
    """Whoever finds an open session takes `prompt=login` out of the address, and the provider asks nothing."""
    guests.earlier(inside, minutes=60)
    departure = inside.get(DOOR, {"suite": SENSITIVE})["Location"]
    shown_at = int((clock.now() - dt.timedelta(minutes=minutes)).timestamp())
    provider.id_token = lambda claims: {**claims, "auth_time": shown_at}
    assert inside.get(provider.come_back(departure)).status_code == status
    assert (inside.get(SENSITIVE).status_code == 200) == (status == 302)


def test_a_forged_notice_does_not_throw_the_keys_away(inside, provider):
    address = f"{provider.issuer}/jwks"
    kept = discovery._kept[address]
    discovery._kept[address] = discovery._Kept(kept.value, kept.at - dt.timedelta(minutes=2))
    provider.replies["/jwks"] = lambda: (500, "text/plain", b"")
    forged = sign({"iss": "x"}, kid="forged", typ="logout+jwt")
    assert Client().post(f"{DOOR}fin/", {"logout_token": forged}).status_code == 400
    honest = Client()
    assert honest.get(provider.come_back(honest.get(DOOR)["Location"])).status_code == 302


def test_what_names_the_person_is_forgotten_when_the_session_is_over(inside):
    actions.forget_ended(now=clock.now())
    assert ProviderSession.objects.count() == 1
    Session.objects.update(ended_at=clock.now())
    assert actions.forget_ended(now=clock.now()) == 1
