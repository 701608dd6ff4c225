"""A search parameter of a type as a clause: modifiers, chains, `_has`, composites. https://hl7.org/fhir/R4/search.html"""

from collections.abc import Callable

from hygie.fhir.core import parameters
from hygie.fhir.core.definitions import load
from hygie.fhir.core.parameters import Parameter
from hygie.fhir.core.search import comparing, extraction, fields
from hygie.fhir.core.search.comparing import bad
from hygie.fhir.core.search.fields import Branch, Kind, Param
from hygie.fhir.core.search.query import (
    OWNER,
    AllOf,
    AnyRow,
    Chain,
    Clause,
    Has,
    IdIn,
    ListedIn,
    Not,
    NumberTest,
    Own,
    OwnOr,
    Pairs,
    PartTest,
    ReferenceTest,
    Rows,
    StatusIn,
    Test,
    Updated,
)
from hygie.fhir.core.search.tokens import NOTHING, Reading, any_of, negate, rows, token_clause

MAX_DEPTH = 4
"""Steps of a chain, `_has` included."""
MAX_TARGETS = 12
"""Types that one step of a chain may mean before it must name one."""

_MODIFIERS: dict[Kind, frozenset[str]] = {
    Kind.TOKEN: frozenset({"", "not", "text", "in", "not-in", "above", "below", "of-type", "missing"}),
    Kind.STRING: frozenset({"", "exact", "contains", "missing"}),
    Kind.DATE: frozenset({"", "missing"}),
    Kind.NUMBER: frozenset({"", "missing"}),
    Kind.QUANTITY: frozenset({"", "missing"}),
    Kind.URI: frozenset({"", "above", "below", "missing"}),
    Kind.REFERENCE: frozenset({"", "identifier", "missing"}),
    Kind.COMPOSITE: frozenset({""}),
}
# Who may be named by the identifier of a contained resource, a habit of French software (`author=899900000001`).
_NAMED_BY_IDENTIFIER = frozenset({("DocumentReference", "author")})


def find_clause(type_name: str, key: str, value: str, reading: Reading, depth: int = 0) -> Clause | None:
    """The clause of `key=value` on a type; None when the type has no such parameter.

    Raises BadQuery(search-modifier, search-value, search-chain, search-escape, search-too-long).
    """
    if depth > MAX_DEPTH:
        raise bad(f"A chain has at most {MAX_DEPTH} steps.", key.partition(":")[0], "search-chain")
    if key.startswith("_has:"):
        return _has(type_name, key, value, reading, depth)
    given = parameters.parameter(key, value)
    if given.name in _ENGINE and not given.chain:
        return _ENGINE[given.name](given)
    param = fields.find_param(type_name, given.name)
    if param is None:
        return None
    if given.chain:
        return _chain(type_name, param, given, reading, depth)
    if given.modifier == "missing":
        return _missing(type_name, param, given)
    if param.kind is Kind.REFERENCE:
        return _reference(type_name, param, given, reading)
    _check_modifier(param, given)
    if param.kind is Kind.COMPOSITE:
        return _composite(param, given, reading)
    if param.kind is Kind.TOKEN:
        return token_clause(type_name, param, given, reading)
    return _plain(param, given, reading)


def owner_clause(type_name: str) -> Clause | None:
    """Its patient, or its subject, is the Patient of the space; None for a type that names none."""
    param = fields.find_param(type_name, "patient") or fields.find_param(type_name, "subject")
    if param is None or param.kind is not Kind.REFERENCE:
        return None
    return any_of([_targets(type_name, branch, [OWNER], "Patient") for branch in param.branches])


# ---- what every type has


def _ids(given: Parameter) -> Clause:
    if given.modifier not in ("", "not"):
        raise bad("This modifier is not supported.", "_id", "search-modifier")
    found = IdIn(tuple(parameters.unescape(each) for each in parameters.values(given)))
    return Not(found) if given.modifier else found


def _updated(given: Parameter) -> Clause:
    if given.modifier:
        raise bad("This modifier is not supported.", "_lastUpdated", "search-modifier")
    found = [comparing.date(each, "_lastUpdated") for each in parameters.values(given)]
    return any_of([Updated(prefix, low, high) for prefix, (low, high) in found])


def _listed(given: Parameter) -> Clause:
    if given.modifier:
        raise bad("This modifier is not supported.", "_list", "search-modifier")
    found = [parameters.unescape(each).removeprefix("List/") for each in parameters.values(given)]
    if any(each.startswith("$") for each in found):
        raise bad("Functional lists are not kept here.", "_list")
    return any_of([ListedIn(each) for each in found])


_ENGINE: dict[str, Callable[[Parameter], Clause]] = {"_id": _ids, "_lastUpdated": _updated, "_list": _listed}


# ---- strings, dates, numbers, quantities, uris


def _plain(param: Param, given: Parameter, reading: Reading) -> Clause:
    found: list[Clause] = []
    for each in parameters.values(given):
        test, beside = _value_test(param.kind, each, given, reading)
        found.append(rows(param.branches, [test], beside=beside))
    return any_of(found)


def _value_test(kind: Kind, text: str, given: Parameter, reading: Reading) -> tuple[Test, bool]:
    """(the test, whether it is for the rows beside) of one value."""
    match kind:
        case Kind.STRING:
            return comparing.words_test(text, given.modifier), False
        case Kind.DATE:
            return comparing.date_test(text, given.name), False
        case Kind.NUMBER:
            return comparing.number_test(text, given.name), False
        case Kind.QUANTITY:
            return comparing.quantity_tests(text, given.name, reading.canonical)
        case Kind.URI:
            return comparing.uri_test(text, given.modifier), False
        case Kind.REFERENCE:
            return ReferenceTest(_local(parameters.unescape(text), reading)), False
    return comparing.code_test(text, reading.canonical), False


# ---- references


def _reference(type_name: str, param: Param, given: Parameter, reading: Reading) -> Clause:
    if given.modifier == "identifier":
        tests: list[Test] = [comparing.code_test(each, reading.canonical) for each in parameters.values(given)]
        return rows(param.branches, tests, beside=True)
    if given.modifier and given.modifier not in load().resource_types:
        raise bad("This modifier is not supported.", given.name, "search-modifier")
    written = [_local(parameters.unescape(each), reading) for each in parameters.values(given)]
    found = [_targets(type_name, branch, written, given.modifier) for branch in param.branches]
    if (type_name, given.name) in _NAMED_BY_IDENTIFIER:
        codes: list[Test] = [comparing.code_test(each, reading.canonical) for each in parameters.values(given)]
        found.append(rows(param.branches, codes, beside=True))
    return any_of(found)


def _targets(type_name: str, branch: Branch, written: list[str], asked: str) -> Clause:
    types = branch.targets or ("",)
    if asked:
        if branch.targets and asked not in branch.targets:
            return NOTHING
        types = (asked,)
    tests = tuple(ReferenceTest(each, kind) for each in written for kind in types)
    clause = Rows((branch.field.number,), tests)
    return OwnOr(tests, clause) if branch.field == fields.own_field(type_name) else clause


def _local(written: str, reading: Reading) -> str:
    """What is under our own address is a relative reference."""
    return written.removeprefix(f"{reading.base}/") if reading.base else written


# ---- :missing


def _missing(type_name: str, param: Param, given: Parameter) -> Clause:
    values = parameters.values(given)
    if values not in (["true"], ["false"]):
        raise bad(":missing is true or false.", given.name)
    if param.kind is Kind.COMPOSITE:
        raise bad("This modifier is not supported.", given.name, "search-modifier")
    if given.name == "status" and extraction.has_status(type_name):
        return negate(StatusIn(("",)), values == ["false"])
    own = fields.own_field(type_name)
    present: list[Clause] = []
    for branch in param.branches:
        systems = branch.targets or ((branch.system,) if branch.system else (None,))
        numbers = (branch.field.number, branch.field.beside)
        present.append(Rows(numbers, tuple(AnyRow(system) for system in systems)))
        if branch.field == own and "Patient" in (branch.targets or ("Patient",)):
            present.append(Own())
    return negate(any_of(present), values == ["true"])


# ---- composites


def _composite(param: Param, given: Parameter, reading: Reading) -> Clause:
    found: list[Clause] = []
    for each in parameters.values(given):
        texts = parameters.split(each, "$")
        for base in param.bases:
            if len(texts) != len(base) or not all(texts):
                raise bad("A composite has a value for each of its parts, with $ between.", given.name)
            told = [_value_test(part.kind, text, given, reading) for part, text in zip(base, texts, strict=True)]
            parts = [
                PartTest(tuple(b.field.beside if beside else b.field.number for b in part.branches), test)
                for part, (test, beside) in zip(base, told, strict=True)
            ]
            within = [part for part, shape in zip(parts, base, strict=True) if shape.together]
            alone = [part for part, shape in zip(parts, base, strict=True) if not shape.together]
            clauses: list[Clause] = [Rows(part.fields, (part.test,)) for part in alone]
            if within:
                clauses.append(Pairs(tuple(within)))
            found.append(AllOf(tuple(clauses)))
    return any_of(found)


# ---- chains


def _chain(type_name: str, param: Param, given: Parameter, reading: Reading, depth: int) -> Clause | None:
    """`subject:Patient.name=`: one clause for each type that the step may mean and that has the parameter."""
    if param.kind is not Kind.REFERENCE:
        raise bad("Only a reference can be followed.", given.name, "search-chain")
    targets = (given.modifier,) if given.modifier else _possible(param)
    if given.modifier and given.modifier not in load().resource_types:
        raise bad("This modifier is not supported.", given.name, "search-modifier")
    told = [(each, find_clause(each, given.chain, given.value, reading, depth + 1)) for each in targets]
    known = [(target, clause) for target, clause in told if clause is not None]
    if len(known) > MAX_TARGETS:
        raise bad(f"Name the type: {given.name}:<Type>.{given.chain}.", given.name, "search-chain")
    own = fields.own_field(type_name)
    found: list[Clause] = [
        Chain((branch.field.number,), branch.field == own, target, clause)
        for target, clause in known
        for branch in param.branches
        if not branch.targets or target in branch.targets
    ]
    if given.chain == "identifier":
        codes: list[Test] = [comparing.code_test(each, reading.canonical) for each in parameters.values(given)]
        found.append(rows(param.branches, codes, beside=True))
    return any_of(found) if found else None


def _possible(param: Param) -> tuple[str, ...]:
    narrowed = tuple(dict.fromkeys(target for branch in param.branches for target in branch.targets))
    return narrowed or param.targets


def _has(type_name: str, key: str, value: str, reading: Reading, depth: int) -> Clause | None:
    """`_has:Observation:encounter:code=`: the rest may be a chain or another `_has`."""
    parts = key.split(":", 3)
    if len(parts) != 4 or not parts[3]:
        raise bad("It is _has:<Type>:<reference>:<parameter>.", "_has", "search-chain")
    _, source, name, rest = parts
    param = fields.find_param(source, name)
    if param is None or param.kind is not Kind.REFERENCE:
        return None
    clause = find_clause(source, rest, value, reading, depth + 1)
    if clause is None:
        return None
    own = fields.own_field(source)
    return any_of(
        [
            Has(source, (branch.field.number,), branch.field == own and type_name == "Patient", type_name, clause)
            for branch in param.branches
            if not branch.targets or type_name in branch.targets
        ]
    )


def _check_modifier(param: Param, given: Parameter) -> None:
    """A modifier that is not known must be refused (R4)."""
    if given.modifier not in _MODIFIERS.get(param.kind, frozenset()):
        raise bad("This modifier is not supported.", given.name, "search-modifier")


__all__ = ["MAX_DEPTH", "NOTHING", "NumberTest", "Reading", "find_clause"]
