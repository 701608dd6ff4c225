"""Whose space an identity of FranceConnect opens: the same strict traits, one qualified identity, or nobody."""

import datetime as dt

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from hygie.identity import actions as identity
from hygie.identity.federation import pivot
from hygie.identity.ins import IdentityStatus
from hygie.identity.models import Identity
from hygie.lib.errors import AccessRefused, Invalid
from tests.hygie.identity.federation import people

LAST_OF_1950 = dt.date(1950, 12, 31)


def _find(**changes: object) -> Identity:
    return pivot.find_space(pivot.read_pivot(people.claims(**changes)))


def _code(**changes: object) -> str:
    with pytest.raises((AccessRefused, Invalid)) as caught:
        _find(**changes)
    return caught.value.code


@pytest.mark.django_db
def test_the_same_traits_are_the_same_person():
    found = people.space()
    assert _find().space_id == found
    assert _find(family_name="Durand", given_name_array=["Léa", "Camille"]).space_id == found
    assert _find(given_name_array=None).space_id == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "DURANT"},
        {"family_name": "DUPONT", "preferred_username": "DURAND"},
        {"given_name_array": ["LEA"]},
        {"given_name_array": ["CAMILLE", "LEA"]},
        {"given_name_array": ["LEA", "CAMILLE", "ROSE"]},
        {"gender": "male"},
        {"birthdate": "1984-03-13"},
        {"birthplace": "69123"},
        {"birthplace": "", "birthcountry": "99109"},
    ],
)
def test_one_trait_that_differs_is_somebody_else(changes):
    people.space()
    assert _code(**changes) == "identity-unknown"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [IdentityStatus.PROV, IdentityStatus.RECUP, IdentityStatus.VALI])
def test_an_identity_that_is_not_qualified_opens_nothing(status):
    people.space(status=status)
    assert _code() == "identity-unknown"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "DUR\u0410ND",  # Cyrillic
        "\u0394URAND",  # Greek
        "\uff24\uff35\uff32\uff21\uff2e\uff24",  # full width
        "\U0001d403URAND",  # mathematical
        "DUR\u200bAND",  # no width
        "DURAN\u217e",  # Roman numeral
        "\u202eDNARUD",  # written from the right
        "DUR4ND",
        "DURAND\0",
    ],
)
def test_a_letter_that_looks_like_another_is_not_it(name):
    people.space()
    assert _code(family_name=name) in ("identity-unknown", "claims")
    assert _code(given_name_array=[name, "CAMILLE"]) in ("identity-unknown", "claims")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("LE GOFF", "Le Goff"),
        ("LE GOFF", "LE-GOFF"),
        ("D'ALMEIDA", "D’Almeida"),
        ("LEFEBVRE COEUR", "Lefèbvre Cœur"),
        ("MUNOZ", "MUÑOZ"),
        ("NGUYEN", "Nguyễn"),
    ],
)
def test_writings_of_the_same_name(known, said):
    found = people.space(family=known)
    assert _find(family_name=said).space_id == found


@pytest.mark.django_db
def test_twins_are_told_apart_by_their_given_names():
    people.space(1, given=("LEA", "CAMILLE"))
    second = people.space(2, given=("LOU", "CAMILLE"))
    assert _find(given_name_array=["LOU", "CAMILLE"]).space_id == second


@pytest.mark.django_db
def test_homonyms_in_everything_open_nothing():
    people.space(1)
    people.space(2)
    assert _code() == "identity-ambiguous"


@pytest.mark.django_db
def test_a_homonym_who_is_not_qualified_hides_nobody():
    found = people.space(1)
    people.space(2, status=IdentityStatus.PROV)
    assert _find().space_id == found


@pytest.mark.django_db
def test_who_was_born_abroad_is_found_by_the_country():
    found = people.space(place="99350")
    assert _find(birthplace="", birthcountry="99350").space_id == found
    assert _code(birthplace="", birthcountry="99351") == "identity-unknown"


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["", "99999"])
def test_an_unknown_place_is_equal_to_nothing(place):
    people.space(place=place)
    assert _code(birthplace="", birthcountry="99999") == "identity-unknown"
    assert _code() == "identity-unknown"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "said"),
    [
        (dt.date(1950, 1, 1), "1950-00-00"),
        (LAST_OF_1950, "1950-00-00"),
        (dt.date(1950, 5, 1), "1950-05-00"),
        (dt.date(1984, 2, 29), "1984-02-29"),
        (dt.date(1900, 1, 1), "1900-01-01"),
        (dt.date(2100, 12, 31), "2100-12-31"),
    ],
)
def test_dates_with_unknown_parts_and_rare_ones(known, said):
    found = people.space(born_on=known)
    assert _find(birthdate=said).space_id == found


@pytest.mark.parametrize(
    "said",
    [
        "1983-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-32",
        "1984-3-12",
        "12/03/1984",
        "",
        "١٩٨٤-03-12",
        "1984-03-12 ",
    ],
)
def test_what_is_no_date(said):
    assert pivot.possible_days(said) == ()


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_every_day_of_two_centuries_is_itself(day):
    assert pivot.possible_days(day.isoformat()) == (day,)


@given(st.text(max_size=30))
def test_no_name_is_read_as_another(name):
    letters = pivot._letters(name)
    assert letters == "" or set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    assert pivot._letters(letters) == letters


@pytest.mark.django_db
def test_a_closed_space_stays_closed():
    from hygie.identity.models import Space

    people.space()
    Space.objects.update(closed_at=people.NOW)
    assert _code() == "space-closed"


@pytest.mark.django_db
def test_nothing_is_created_by_a_name():
    assert _code() == "identity-unknown"
    assert Identity.objects.count() == 0


@pytest.mark.django_db
def test_two_identities_of_a_provider_do_not_share_a_space(client, provider):
    from hygie.identity.models import Account
    from tests.hygie.identity.federation.test_bad_tokens import _sign_in

    space = people.space()
    identity.create_account(username="lea", password="x" * 12, space_id=space)
    assert _sign_in(client, provider)["Location"] == "/accueil/"
    provider.subject = "somebody-with-the-same-traits"
    response = _sign_in(Client(), provider)
    assert "identity-taken" in response.content.decode()
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_afterwards_the_subject_is_enough(client, provider):
    """A civil status that changes at one place before the other locks nobody out."""
    from tests.hygie.identity.federation.test_bad_tokens import _sign_in

    people.space()
    assert _sign_in(client, provider)["Location"] == "/accueil/"
    provider.claims = people.claims(family_name="MARTIN")
    assert _sign_in(Client(), provider)["Location"] == "/accueil/"


@pytest.mark.django_db
def test_a_closed_account_does_not_come_back_by_a_provider(client, provider):
    from hygie.identity.models import Account
    from tests.hygie.identity.federation.test_bad_tokens import _sign_in

    people.space()
    _sign_in(client, provider)
    Account.objects.update(is_active=False)
    assert "account-closed" in _sign_in(Client(), provider).content.decode()
