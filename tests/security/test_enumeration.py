"""Nobody learns who has an account: not by what is answered, not by the time that it takes (R-21)."""

import os
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from hygie.identity import actions as identity
from hygie.identity.models import SignInAttempt
from hygie.identity.sign_in import passwords, resets
from hygie.identity.sign_in.models import Reset
from hygie.lib import clock
from hygie.lib.errors import Invalid
from tests import factories

pytestmark = pytest.mark.django_db
REAL = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
QUICK_PAIRS, PAIRS = 30, 220
WORST = 0.6


@pytest.fixture
def names(settings) -> dict[str, str]:
    """A known account, a closed one, and nobody, with the real cost of a hash."""
    settings.PASSWORD_HASHERS = REAL
    passwords.nobody.cache_clear()
    space = factories.space()
    for name in ("connue", "fermee"):
        identity.create_account(username=name, password=factories.PASSWORD, space_id=space)
    get_user_model().objects.filter(username="fermee").update(is_active=False)
    passwords.nobody()
    yield {"known": "connue", "closed": "fermee", "unknown": "inexistante"}
    passwords.nobody.cache_clear()


def test_status_body_and_length_are_the_same(names):
    told = {}
    for kind, name in names.items():
        client = Client()
        answer = client.post("/connexion/", {"username": name, "password": "mauvais mot"})
        page = answer.content.decode().replace(f'value="{name}"', 'value=""')
        kept, _, rest = page.partition('name="csrfmiddlewaretoken" value="')
        parts = [part[64:] for part in rest.split('name="csrfmiddlewaretoken" value="')]
        told[kind] = (answer.status_code, kept, parts, sorted(answer.cookies), sorted(answer.headers))
    assert told["known"] == told["closed"] == told["unknown"]


def _password(name: str) -> None:
    with pytest.raises(Invalid):
        passwords.check(name, "mauvais mot", now=clock.now())


def _forgotten(name: str) -> None:
    resets.ask(name, now=clock.now())


def _page(name: str) -> None:
    Client().post("/connexion/", {"username": name, "password": "mauvais mot"})


def _auc(first: list[float], second: list[float]) -> float:
    """The chance that a time of the first kind is longer than one of the second: 0.5 tells nothing (Mann-Whitney)."""
    wins = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    return wins / (len(first) * len(second))


def _interval(first: list[float], second: list[float], draws: int = 300) -> tuple[float, float]:
    """The 95 % interval of the area, by drawing again among the pairs."""
    chance = random.Random(1)
    found = []
    for _ in range(draws):
        chosen = [chance.randrange(len(first)) for _ in first]
        found.append(_auc([first[at] for at in chosen], [second[at] for at in chosen]))
    found.sort()
    return found[int(draws * 0.025)], found[int(draws * 0.975)]


def _times(act: Callable[[str], None], names: tuple[str, str], pairs: int) -> tuple[list[float], list[float]]:
    """Pairs of times, in an order that is drawn, so that what the machine does meanwhile weighs on both."""
    chance, spent = random.Random(7), ([], [])
    for _ in range(pairs):
        order = [0, 1]
        chance.shuffle(order)
        for which in order:
            started = time.perf_counter()
            act(names[which])
            spent[which].append(time.perf_counter() - started)
        SignInAttempt.objects.all().delete()
    return spent


def _tell_nothing(act: Callable[[str], None], names: dict[str, str], pairs: int) -> dict[str, Any]:
    """Of each kind of name that its times tell. One interval in twenty misses by chance: what few pairs seem to tell, four
    times as many new ones must tell too."""
    found: dict[str, Any] = {}
    for kind in ("known", "closed"):
        act(names[kind]), act(names["unknown"])
        told = _told(act, (names[kind], names["unknown"]), pairs)
        if told and pairs < PAIRS:
            told = _told(act, (names[kind], names["unknown"]), 4 * pairs)
        if told:
            found[kind] = told
    return found


def _told(act: Callable[[str], None], names: tuple[str, str], pairs: int) -> tuple[float, float, float] | None:
    times = _times(act, names, pairs)
    area, (low, high) = _auc(*times), _interval(*times, draws=100 if pairs < PAIRS else 300)
    print(f"{act.__name__} {names[0]}: AUC {area:.3f} [{low:.3f}, {high:.3f}]")
    return None if low <= 0.5 <= high or 1 - WORST < area < WORST else (area, low, high)


@pytest.mark.parametrize("act", [_password, _forgotten])
def test_time_tells_nothing_about_a_name(names, act):
    assert _tell_nothing(act, names, QUICK_PAIRS) == {}


@pytest.mark.slow
@pytest.mark.skipif("HYGIE_CAMPAIGN_MINUTES" not in os.environ, reason="minutes of password hashing: `make campaign`")
@pytest.mark.parametrize("act", [_password, _forgotten, _page])
def test_time_tells_nothing_about_a_name_on_many_pairs(names, act):
    assert _tell_nothing(act, names, PAIRS) == {}


def test_a_check_without_a_hash_for_unknown_names_would_be_seen(names):
    """The planted defect: the measure finds it."""
    from hygie.identity.sign_in.guard import NOWHERE, counted

    def guess(name: str) -> None:
        with counted(name, NOWHERE, now=clock.now()):
            if get_user_model().objects.filter(username=name).exists():
                passwords.check_password("mauvais", passwords.nobody())
            raise Invalid("no", code="sign-in-refused")

    def hasty(name: str) -> None:
        with pytest.raises(Invalid):
            guess(name)

    assert set(_tell_nothing(hasty, names, 20)) == {"known", "closed"}


def test_a_spray_of_one_password_on_many_names_is_slowed(client):
    statuses = [
        client.post("/connexion/", {"username": f"nom{number}", "password": "Soleil2026!!"}).status_code
        for number in range(130)
    ]
    assert statuses[:100] == [422] * 100 and set(statuses[100:]) == {429}


def test_asking_again_and_again_for_a_forgotten_password_is_slowed():
    client = Client()
    statuses = [client.post("/connexion/mot-de-passe-oublie/", {"username": "lea"}).status_code for _ in range(12)]
    assert statuses == [302] * 10 + [429] * 2
    assert Reset.objects.count() == 10 and all(
        isinstance(each, uuid.UUID) for each in Reset.objects.values_list("id", flat=True)
    )
