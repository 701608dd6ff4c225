"""What a search finds is what R4 says: an oracle that reads every resource agrees, and the laws of sets hold."""

from random import Random
from typing import Any

import pytest
from django.db import connection

from hygie.fhir.core.search import grammar
from hygie.fhir.core.search.query import Prefix
from hygie.fhir.http.search import TYPES
from hygie.fhir.store import ordering, row_tests
from hygie.fhir.store.rows import key
from tests.hygie.fhir.store.shelf import Shelf
from tests.laws import invent, oracle, questions
from tests.laws.conftest import Law
from tests.laws.test_narrowing import SEARCHED

pytestmark = pytest.mark.django_db


def record(shelf: Shelf, kind: str, rng: Random) -> dict[str, dict[str, Any]]:
    """Resources of a type, all about the person, by name."""
    found = {}
    for name in invent.NAMES:
        body = invent.resource(kind, rng, (kind,))
        shelf.put(name, body)
        found[name] = shelf.resource(body, name)
    return found


def empty(shelf: Shelf) -> None:
    with connection.cursor() as cursor:
        for table in ("fhir_resource", "fhir_index"):
            cursor.execute(f"DELETE FROM {table} WHERE space_id = %s", [key(shelf.space_id)])


def whole(shelf: Shelf, kind: str, criterion: str = "") -> set[str]:
    return shelf.found(f"{kind}?{criterion}&_count=100")


def disagreements(shelf: Shelf, kind: str, told: dict[str, dict[str, Any]], law: Law | None = None) -> list[str]:
    """The criteria on which the oracle and the search differ."""
    mine = whole(shelf, kind)
    found = []
    for criterion in questions.plain(kind):
        name, _, modifier = criterion.partition("=")[0].partition(":")
        if name.startswith("_") or TYPES[kind].parameters[name] == "composite" or modifier in ("in", "not-in"):
            continue
        if "|" in criterion and any(oracle.is_coded(each, kind, name) for each in told.values()):
            continue
        asked = criterion.replace("{space}", str(shelf.space_id))
        right = {each for each in mine if oracle.matches(told[each], kind, asked, str(shelf.space_id))}
        if whole(shelf, kind, asked) != right:
            found.append(f"{kind}?{criterion} finds {sorted(whole(shelf, kind, asked))}, not {sorted(right)}")
        if law:
            law.tried()
    return found


def test_a_search_finds_what_a_reader_of_every_resource_finds(law: Law) -> None:
    for rng in law.rounds(short=40):
        shelf, kind = Shelf(), rng.choice(SEARCHED)
        assert disagreements(shelf, kind, record(shelf, kind, rng), law) == []
        empty(shelf)


def laws_of(shelf: Shelf, kind: str, rng: Random) -> dict[str, bool]:
    """Law → whether it holds: what narrows, what widens, what is the rest of what, how pages follow each other."""
    space, everything = str(shelf.space_id), whole(shelf, kind)
    asked = {name: [value for _, values in questions.VALUES[of][:1] for value in values]
             for name, of in TYPES[kind].parameters.items() if of != "composite" and name != "_lastUpdated"}  # fmt: skip

    def find(*criteria: str) -> set[str]:
        return whole(shelf, kind, "&".join(criteria).replace("{space}", space))

    said: dict[str, bool] = {}
    for name in rng.sample(sorted(asked), min(6, len(asked))):
        x, y, other = rng.choice(asked[name]), rng.choice(asked[name]), rng.choice(sorted(asked))
        z = f"{other}={rng.choice(asked[other])}"
        said[f"{name}={x}&{z}"] = find(f"{name}={x}", z) == find(f"{name}={x}") & find(z)
        if "," not in x + y:
            said[f"{name}={x},{y}"] = find(f"{name}={x},{y}") == find(f"{name}={x}") | find(f"{name}={y}")
        present = find(f"{name}:missing=false")
        said[f"{name}:missing"] = find(f"{name}:missing=true") == everything - present
        said[f"{name}={x} is not missing"] = find(f"{name}={x}") <= present
        match TYPES[kind].parameters[name]:
            case "token":
                said[f"{name}:not={x}"] = find(f"{name}:not={x}") == everything - find(f"{name}={x}")
            case "date" | "number" | "quantity" as of:
                at = "2026-03" if of == "date" else "1"
                by = {prefix: find(f"{name}={prefix}{at}") for prefix in questions.PREFIXES}
                said[f"{name}: both sides"] = (
                    present == by["ge"] | by["lt"] == by["gt"] | by["le"] == by["eq"] | by["ne"]
                )
                said[f"{name}: wholly after, wholly before"] = by["sa"] <= by["gt"] and by["eb"] <= by["lt"]
                said[f"{name}: equal"] = of != "date" or by["eq"] <= by["ge"] & by["le"]
    return said | _pages(shelf, kind, rng, everything)


def _pages(shelf: Shelf, kind: str, rng: Random, everything: set[str]) -> dict[str, bool]:
    """Pages of any size, in any order, are the whole, once each; what `_id` lists is found, and no more."""
    orders = [name for name, of in TYPES[kind].parameters.items() if of not in ("composite", "reference")]
    order = rng.choice(("", "-")) + rng.choice(["_id", "_lastUpdated", *orders])
    some = sorted(rng.sample(invent.NAMES, 3))
    listed = ",".join(f"{shelf.space_id}.{name}" for name in some)
    return {
        f"pages by {order}": sorted(shelf.walk(f"{kind}?_sort={order}", rng.randint(1, 3))) == sorted(everything),
        "_id": whole(shelf, kind, f"_id={listed}") == everything & set(some),
        "total": shelf.page(f"{kind}?_count=0").total == len(everything),
    }


def broken(said: dict[str, bool]) -> list[str]:
    return [law for law, holds in said.items() if not holds]


def test_searches_narrow_widen_and_follow_each_other(law: Law) -> None:
    for rng in law.rounds(short=60):
        shelf, kind = Shelf(), rng.choice(SEARCHED)
        record(shelf, kind, rng)
        said = laws_of(shelf, kind, rng)
        assert broken(said) == [], kind
        law.tried(len(said))
        empty(shelf)


# ---- planted defects

_DATES = row_tests._DATES | {Prefix.GE: row_tests._DATES[Prefix.GT]}


def _ends_too_early(sorts: Any, values: Any, last: str) -> Any:
    sql, params = _following(sorts, values, last)
    return f"({sql}) AND id <> 'q'", params


def _never_missing(type_name: str, param: Any, given: Any) -> Any:
    return grammar.NOTHING


_following = ordering.following
DEFECTS = {
    "ge means gt": (row_tests, "_DATES", _DATES),
    "a page loses one": (ordering, "following", _ends_too_early),
    "nothing is missing": (grammar, "_missing", _never_missing),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_fault_of_search_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(*DEFECTS[name])
    for seed in range(1, 30):
        shelf, rng = Shelf(), Random(seed)
        kind = rng.choice(SEARCHED)
        told = record(shelf, kind, rng)
        if broken(laws_of(shelf, kind, rng)) or disagreements(shelf, kind, told):
            return
        empty(shelf)
    pytest.fail("the laws do not see it")
