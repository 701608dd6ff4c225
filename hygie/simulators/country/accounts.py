"""Accounts of the demonstration, from the seed: a name and a password that are easy to type, an application of codes, an
e-mail and a telephone number. All of it is published in ready.json, and belongs to nobody."""

import base64
import datetime as dt
import uuid
from collections.abc import Iterable

from hygie.identity import actions as identity
from hygie.identity.contacts import actions as contacts
from hygie.identity.contacts.types import System
from hygie.identity.sign_in import totp
from hygie.simulators.country import names
from hygie.simulators.country.chance import Chance

# Plain words without accents: two of them and a number make a password of 12 characters or more.
_WORDS = (
    "abricot", "bateau", "cabane", "cerise", "chemin", "citron", "colline", "coquille", "fenouil", "fontaine",
    "galerie", "girafe", "jardin", "lanterne", "marmite", "merisier", "moulin", "nuage", "orange", "papillon",
    "pelouse", "prairie", "rivage", "romarin", "sentier", "tilleul", "tournesol", "verger", "violette", "voilier",
)  # fmt: skip


class Credentials:
    """Gives each account a user name that nobody else has, and its password."""

    def __init__(self, seed: int, taken: Iterable[str] = ()) -> None:
        self._seed = seed
        self._taken = set(taken)

    def give(self, given: str, family: str) -> tuple[str, str]:
        username = names.login(given, family, self._taken)
        chance = Chance(self._seed, "password", username)
        first, second = chance.sample(_WORDS, 2)
        return username, f"{first}-{chance.randint(10, 99)}-{second}"


# Never given to a subscriber (ARCEP, décision n° 2018-0881): 06 39 98 00 00 to 06 39 98 99 99.
_FICTION = "+3363998"
_SECRET_BITS = 160


def open_account(
    seed: int,
    username: str,
    password: str,
    *,
    now: dt.datetime,
    space_id: uuid.UUID | None = None,
    professional_id: uuid.UUID | None = None,
) -> str:
    """An account that can sign in at the level « substantial »; gives the secret of its application (base32)."""
    account = identity.create_account(
        username=username, password=password, space_id=space_id, professional_id=professional_id
    )
    chance = Chance(seed, "totp", username)
    secret = base64.b32encode(chance.getrandbits(_SECRET_BITS).to_bytes(_SECRET_BITS // 8, "big")).decode("ascii")
    totp.add(account, secret, "Application de démonstration", now=now)
    if space_id is not None:
        phone = _FICTION + Chance(seed, "phone", username).digits(4)
        contacts.add_contact(space_id, System.EMAIL, f"{username}@example.invalid", now=now, verified=True)
        contacts.add_contact(space_id, System.PHONE, phone, now=now, verified=True)
    return secret
