"""SMART App Launch v2 scopes: one strict grammar, one canonical spelling.

https://hl7.org/fhir/smart-app-launch/STU2/scopes-and-launch-context.html. `user/DocumentReference.rs` says who acts
(`user`: software for a named professional, `system`: software alone), on which type, with which of c r u d s, in this order.
The v1 spellings `.read`, `.write` and `.*` mean `.rs`, `.cud` and `.cruds`. Everything else is refused: no other context,
no search-narrowed scope, no unknown type, no other order. A spelling that is almost a scope is not a scope.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hygie.fhir.core import definitions
from hygie.lib.errors import Invalid

LETTERS = "cruds"
CONTEXTS = ("user", "system")
ANY = "*"
TYPES = definitions.load().resource_types
_V1 = {"read": "rs", "write": "cud", "*": LETTERS}


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One scope; `letters` is a non-empty part of `cruds`, in that order."""

    context: str
    type: str
    letters: str

    def __str__(self) -> str:
        return f"{self.context}/{self.type}.{self.letters}"


def parse(text: str) -> Scope:
    """Raises Invalid(scope) for any spelling that the grammar does not have."""
    context, slash, rest = text.partition("/")
    kind, dot, letters = rest.partition(".")
    letters = _V1.get(letters, letters)
    if not slash or not dot or context not in CONTEXTS or kind not in TYPES | {ANY} or not _in_order(letters):
        raise Invalid("This is not a SMART scope that this server knows.", code="scope")
    return Scope(context, kind, letters)


def _in_order(letters: str) -> bool:
    return letters != "" and letters == "".join(letter for letter in LETTERS if letter in letters)


def parse_all(texts: Iterable[str]) -> frozenset[Scope]:
    return frozenset(parse(text) for text in texts)


def narrow(requested: Collection[Scope], registered: Collection[Scope]) -> frozenset[Scope]:
    """What is both requested and registered, and nothing else; each (context, type) once, with all its letters."""
    letters: dict[tuple[str, str], set[str]] = {}
    for wanted in requested:
        for owned in registered:
            if (both := _meet(wanted, owned)) is not None:
                letters.setdefault((both.context, both.type), set()).update(both.letters)
    return frozenset(
        Scope(context, kind, "".join(each for each in LETTERS if each in found))
        for (context, kind), found in letters.items()
    )


def _meet(left: Scope, right: Scope) -> Scope | None:
    letters = "".join(letter for letter in left.letters if letter in right.letters)
    if left.context != right.context or not letters or (left.type != right.type and ANY not in (left.type, right.type)):
        return None
    return Scope(left.context, right.type if left.type == ANY else left.type, letters)


def covers(granted: Collection[Scope], resource_type: str, letter: str, *, context: str = "user") -> bool:
    """Whether one interaction letter on one type is within these scopes."""
    return any(
        scope.context == context and scope.type in (resource_type, ANY) and letter in scope.letters for scope in granted
    )


def write(scopes: Collection[Scope]) -> str:
    """The `scope` member of a token answer: canonical spellings, sorted."""
    return " ".join(str(scope) for scope in sorted(scopes))
