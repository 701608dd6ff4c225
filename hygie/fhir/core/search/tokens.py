"""Token parameters as clauses, and what all kinds build their clauses with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeGuard

from hygie.fhir.core import parameters
from hygie.fhir.core.parameters import Parameter
from hygie.fhir.core.search import comparing, extraction
from hygie.fhir.core.search.comparing import bad
from hygie.fhir.core.search.fields import Branch, Param
from hygie.fhir.core.search.folding import clip, fold
from hygie.fhir.core.search.query import AnyOf, Clause, CodesTest, CodeTest, Not, Rows, StatusIn, Test, TextTest

NOTHING = AnyOf(())
Side = Literal["above", "below"]


def _same(uri: str) -> str:
    return uri


def _no_set(url: str) -> Iterable[tuple[str, str]] | None:
    return None


def _no_hierarchy(system: str, code: str, side: Side) -> Iterable[str] | None:
    return None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a search is read with: `canonical` gives the one URI under which a code system is stored, `codes_of` the
    (system, code) of a value set or None, `base` the server's own address; `related` a code with those above or below it, None
    when they are not known."""

    canonical: Callable[[str], str] = _same
    codes_of: Callable[[str], Iterable[tuple[str, str]] | None] = _no_set
    base: str = ""
    related: Callable[[str, str, Side], Iterable[str] | None] = _no_hierarchy


def token_clause(type_name: str, param: Param, given: Parameter, reading: Reading) -> Clause:
    negated = given.modifier in ("not", "not-in")
    tests: list[Test]
    beside = False
    match given.modifier:
        case "text":
            tests = [TextTest(fold(parameters.unescape(each))) for each in parameters.values(given)]
        case "in" | "not-in":
            tests = _codes_of(given, reading)
        case "above" | "below" as side:
            tests = [_related(each, given, reading, side) for each in parameters.values(given)]
        case "of-type":
            tests, beside = [_of_type(each, given, reading) for each in parameters.values(given)], True
        case _:
            codes = [comparing.code_test(each, reading.canonical) for each in parameters.values(given)]
            if given.name == "status" and extraction.has_status(type_name):
                return negate(_status(type_name, codes), negated)
            tests = list(codes)
    if given.name == "status" and extraction.has_status(type_name):
        codes = [CodeTest(t.system, code) for t in tests if isinstance(t, CodesTest) for code in t.codes]
        return negate(_status(type_name, codes), negated)
    return negate(rows(param.branches, tests, beside=beside), negated)


def _status(type_name: str, tests: list[CodeTest]) -> Clause:
    """The promoted column keeps codes; the system is the one that R4 gives to them."""
    systems = extraction.status_system(type_name)
    wanted = [
        code
        for test in tests
        for code in ([test.code] if test.code is not None else sorted(systems))
        if test.system is None or test.system == systems.get(code, "")
    ]
    return StatusIn(tuple(dict.fromkeys(wanted))) if wanted else NOTHING


def _codes_of(given: Parameter, reading: Reading) -> list[Test]:
    found: dict[str, list[str]] = {}
    for each in parameters.values(given):
        codes = reading.codes_of(parameters.unescape(each))
        if codes is None:
            raise bad("This value set is not loaded here.", given.name)
        for system, code in codes:
            found.setdefault(reading.canonical(system), []).append(clip(code))
    return [CodesTest(system, tuple(sorted(set(codes)))) for system, codes in sorted(found.items())]


def _related(text: str, given: Parameter, reading: Reading, side: Side) -> Test:
    """`system|code` and all codes above or below it."""
    system, code = parameters.token(text)
    if not system or not code:
        raise bad("A code is above or below others in its code system: system|code.", given.name)
    system = reading.canonical(system)
    codes = reading.related(system, code, side)
    if codes is None:
        raise bad("What is above and below a code of this system is not known here.", given.name)
    return CodesTest(system, tuple(sorted({clip(each) for each in codes})))


def _of_type(text: str, given: Parameter, reading: Reading) -> Test:
    """`system|code|value` of an identifier: all three."""
    parts = [parameters.unescape(part) for part in parameters.split(text, "|")]
    if len(parts) != 3 or not all(parts):
        raise bad("An identifier of a type is system|code|value.", given.name)
    return CodeTest(f"{parts[0]}|{parts[1]}", clip(parts[2]))


def rows(branches: tuple[Branch, ...], tests: list[Test], *, beside: bool = False) -> Clause:
    """One clause for the branches that are alike; a contact point's system narrows its own."""
    alike: dict[str, list[int]] = {}
    for branch in branches:
        alike.setdefault(branch.system, []).append(branch.field.beside if beside else branch.field.number)
    found = list[Clause]()
    for system, numbers in alike.items():
        asked = list(tests)
        if system:
            asked = [CodeTest(system, each.code) for each in tests if _is_of(each, system)]
        if asked:
            found.append(Rows(tuple(dict.fromkeys(numbers)), tuple(asked), _is_single(numbers, asked)))
    return any_of(found)


def _is_of(test: Test, system: str) -> TypeGuard[CodeTest]:
    """A contact point of a system (`phone=`, `email=`) is asked by its value; it has no text, and no other system."""
    return isinstance(test, CodeTest) and test.system in (None, system)


def _is_single(numbers: list[int], tests: list[Test]) -> bool:
    """One field and one (system, code): a resource has this row once."""
    return len(numbers) == 1 and len(tests) == 1 and _is_code(tests[0])


def _is_code(test: Test) -> bool:
    return isinstance(test, CodeTest) and test.system is not None and test.code is not None


def any_of(clauses: Iterable[Clause]) -> Clause:
    found = tuple(clauses)
    return found[0] if len(found) == 1 else AnyOf(found)


def negate(clause: Clause, negated: bool) -> Clause:
    return Not(clause) if negated else clause
