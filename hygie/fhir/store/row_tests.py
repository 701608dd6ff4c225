"""Tests of one row of fhir_index (alias `{i}`), as SQL and parameters. Both databases compare these columns byte by byte."""

from typing import Any

from hygie.fhir.core.search.folding import clip
from hygie.fhir.core.search.query import (
    OWNER,
    AnyRow,
    CodesTest,
    CodeTest,
    DateTest,
    NumberTest,
    Prefix,
    ReferenceTest,
    Test,
    TextTest,
    UriTest,
    WordsTest,
)
from hygie.fhir.core.search.values import split_reference
from hygie.lib.statements import vendor

Sql = tuple[str, list[Any]]

NO: Sql = ("1=0", [])
_LAST = chr(0x10FFFF)
_KEPT = 200  # of a long value, what is there before its digest


def any_of(parts: list[Sql]) -> Sql:
    if not parts:
        return NO
    if len(parts) == 1:
        return parts[0]
    return "(" + " OR ".join(sql for sql, _ in parts) + ")", [value for _, values in parts for value in values]


def one_of(column: str, values: list[Any] | tuple[Any, ...]) -> Sql:
    if len(values) == 1:
        return f"{column} = %s", [values[0]]
    if vendor() == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)


def row_test(test: Test, i: str, space: str) -> Sql:
    """`space`: the UUID of the partition, as text; references to what is in it are kept by local id."""
    match test:
        case AnyRow(system):
            return (f"{i}.system = %s", [system]) if system else ("1=1", [])
        case CodeTest():
            return _code(test, i)
        case CodesTest(system, codes):
            sql, params = one_of(f"{i}.value", codes)
            return f"({sql} AND {i}.system = %s)", [*params, system]
        case TextTest(text):
            return (f"{_position(f'{i}.text')} > 0", [f"\n{text}"]) if text else NO
        case WordsTest():
            return _words(test, i)
        case DateTest():
            return _date(test, i)
        case NumberTest():
            return _number(test, i)
        case ReferenceTest():
            return _reference(test, i, space)
        case UriTest():
            return _uri(test, i)


def _position(column: str) -> str:
    return f"strpos({column}, %s)" if vendor() == "postgresql" else f"instr({column}, %s)"


def _code(test: CodeTest, i: str) -> Sql:
    if test.code is None:
        return f"{i}.system = %s", [test.system]
    if test.system is None:
        return f"{i}.value = %s", [test.code]
    return f"({i}.value = %s AND {i}.system = %s)", [test.code, test.system]


def _words(test: WordsTest, i: str) -> Sql:
    if not test.value:
        return NO
    if test.mode == "exact":
        return f"({i}.value = %s AND {i}.text = %s)", [test.value, test.exact]
    if test.mode == "starts":
        return _begins(f"{i}.value", test.value[:_KEPT])
    position, written = _position(f"{i}.value"), _position(f"lower({i}.text)")
    # Beyond what the index keeps of a long text, accents count.
    return f"({position} > 0 OR (length({i}.value) > {_KEPT} AND {written} > 0))", [test.value, test.value]


def _begins(column: str, text: str) -> Sql:
    return f"({column} >= %s AND {column} < %s)", [text, text + _LAST]


# For a stored interval [l, h) and a searched one [%s, %s), the parameters in this order: "l" low, "h" high.
_DATES: dict[Prefix, tuple[str, str]] = {
    Prefix.EQ: ("{l} >= %s AND {h} <= %s", "lh"),
    Prefix.NE: ("NOT ({l} >= %s AND {h} <= %s)", "lh"),
    Prefix.GT: ("{h} > %s", "h"),
    Prefix.LT: ("{l} < %s", "l"),
    Prefix.GE: ("({h} > %s OR ({l} >= %s AND {h} <= %s))", "hlh"),
    Prefix.LE: ("({l} < %s OR ({l} >= %s AND {h} <= %s))", "llh"),
    Prefix.SA: ("{l} >= %s", "h"),
    Prefix.EB: ("{h} <= %s", "l"),
}
# For a number, or the ends of a range.
_NUMBERS: dict[Prefix, tuple[str, str]] = {
    Prefix.EQ: ("{l} >= %s AND {h} < %s", "lh"),
    Prefix.NE: ("NOT ({l} >= %s AND {h} < %s)", "lh"),
    Prefix.GT: ("{h} > %s", "h"),
    Prefix.LT: ("{l} < %s", "l"),
    Prefix.GE: ("{h} >= %s", "l"),
    Prefix.LE: ("{l} <= %s", "h"),
    Prefix.SA: ("{l} > %s", "h"),
    Prefix.EB: ("{h} < %s", "l"),
    Prefix.AP: ("{l} <= %s AND {h} >= %s", "hl"),
}


def compared(
    table: dict[Prefix, tuple[str, str]], prefix: Prefix, columns: tuple[str, str], low: Any, high: Any
) -> Sql:
    template, ends = table[prefix]
    return template.format(l=columns[0], h=columns[1]), [low if end == "l" else high for end in ends]


def _date(test: DateTest, i: str) -> Sql:
    sql, params = compared(_DATES, test.prefix, (f"{i}.low", f"{i}.high"), test.low, test.high)
    return f"({i}.value = '' AND {sql})", params


def _number(test: NumberTest, i: str) -> Sql:
    sql, params = compared(_NUMBERS, test.prefix, (f"{i}.low", f"{i}.high"), test.low, test.high)
    if test.system is not None:
        sql, params = f"{i}.system = %s AND {sql}", [test.system, *params]
    if test.unit is None:
        return f"({sql})", params
    if test.shown:
        return f"(({i}.value = %s OR {i}.text = %s) AND {sql})", [test.unit, test.unit, *params]
    return f"({i}.value = %s AND {sql})", [test.unit, *params]


def _reference(test: ReferenceTest, i: str, space: str) -> Sql:
    if "/" not in test.written and ":" not in test.written:
        return _bare(test, i, space)
    url, _, version = test.written.partition("|")
    kind, value, former = split_reference(url, space)
    if test.type and kind and kind != test.type:
        return NO
    sql, params = f"{i}.value = %s", [clip(value)]
    if not value.startswith(("http:", "https:", "urn:")) and kind:
        sql, params = f"{sql} AND {i}.system = %s", [*params, kind]
    elif test.type:
        sql, params = f"{sql} AND {i}.system = %s", [*params, test.type]
    if version or former:
        sql, params = f"{sql} AND {i}.text = %s", [*params, version or former]
    return f"({sql})", params


def _bare(test: ReferenceTest, i: str, space: str) -> Sql:
    """An id alone: of the own space, or of any type elsewhere."""
    if test.written == OWNER:
        return f"({i}.value = %s AND {i}.system = 'Patient')", [space]
    own = space and (test.written == space or test.written.startswith(f"{space}."))
    if own:
        local = test.written[len(space) + 1 :] or space
        sql, params = f"{i}.value = %s", [local]
    elif test.type:
        return f"({i}.value = %s AND {i}.system = %s)", [clip(f"{test.type}/{test.written}"), test.type]
    else:
        return f"{i}.value = {i}.system || '/' || %s", [test.written]
    return (f"({sql} AND {i}.system = %s)", [*params, test.type]) if test.type else (sql, params)


def _uri(test: UriTest, i: str) -> Sql:
    if test.mode == "below":
        plain = test.value.rstrip("/")
        separators = "." if plain.startswith("urn:oid:") else "/"
        return any_of([one_of(f"{i}.value", (plain, test.value)), _begins(f"{i}.value", f"{plain}{separators}")])
    if test.mode == "above":
        return one_of(f"{i}.value", _above(test.value))
    sql, params = f"{i}.value = %s", [test.value]
    return (f"({sql} AND {i}.text = %s)", [*params, test.version]) if test.version else (sql, params)


def _above(uri: str) -> list[str]:
    """The URI and those it is below of: cut at each `/` (at each `.` of an OID), with the sign and without."""
    sign = "." if uri.startswith("urn:oid:") else "/"
    found = [uri, uri.rstrip("/")]
    found += [uri[: at + keep] for at, each in enumerate(uri) if each == sign for keep in (0, 1)]
    return list(dict.fromkeys(found))
