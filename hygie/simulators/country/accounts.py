"""User names and passwords of the demonstration, from the seed: easy to type, one each, published in ready.json."""

from collections.abc import Iterable

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
        base = f"{names.plain(given)}.{names.plain(family)}"
        username, rank = base, 1
        while username in self._taken:
            rank += 1
            username = f"{base}{rank}"
        self._taken.add(username)
        chance = Chance(self._seed, "password", username)
        first, second = chance.sample(_WORDS, 2)
        return username, f"{first}-{chance.randint(10, 99)}-{second}"
