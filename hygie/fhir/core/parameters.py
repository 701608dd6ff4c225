"""The grammar of search parameters: names, modifiers, prefixes, escapes. https://hl7.org/fhir/R4/search.html

Plain values; which parameter exists for which type is the business of `hygie.fhir.http.search`.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from hygie.lib.errors import Invalid

MAX_PARAMETERS = 64
MAX_VALUES = 100
MAX_LENGTH = 2_000


class BadQuery(Invalid):
    """The search cannot be understood."""

    default_code = "search-parameter"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name[.chain][:modifier]=value`, decoded; `key` is what was written before the equals sign."""

    key: str
    name: str
    chain: str
    modifier: str
    value: str


def read_query(text: str) -> list[tuple[str, str]]:
    """Pairs of a query string or of a form body. Raises BadQuery(search-too-long, search-encoding)."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError as error:
        raise BadQuery("The query is not UTF-8.", code="search-encoding") from error
    except ValueError as error:
        raise BadQuery(f"More than {MAX_PARAMETERS} parameters.", code="search-too-long") from error
    for key, value in pairs:
        if len(key) > 100 or len(value) > MAX_LENGTH:
            raise BadQuery(f"A parameter is longer than {MAX_LENGTH} characters.", code="search-too-long")
        if "\0" in key or "\0" in value:
            raise BadQuery("A parameter holds a NUL character.", code="search-encoding")
    return pairs


def parameter(key: str, value: str) -> Parameter:
    """`patient.identifier`, `patient:Patient.identifier` and `patient:identifier` are told apart from plain names."""
    head, dot, chain = key.partition(".")
    name, colon, modifier = head.partition(":")
    if not dot and colon:
        return Parameter(key, name, "", modifier, value)
    return Parameter(key, name, chain, modifier, value)


def split(text: str, separator: str) -> list[str]:
    r"""Parts between separators that no backslash escapes; escapes are kept, `unescape` resolves them."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, position = [], 0, 0
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if text[position] == separator:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    r"""`\,` `\|` `\$` `\\` as the signs that they stand for. Raises BadQuery for another escape."""
    if "\\" not in text:
        return text
    signs, position = [], 0
    while position < len(text):
        if text[position] == "\\":
            position += 1
            if position == len(text) or text[position] not in ",|$\\":
                raise BadQuery("A backslash escapes one of , | $ and itself only.", code="search-escape")
        signs.append(text[position])
        position += 1
    return "".join(signs)


def values(given: Parameter) -> list[str]:
    """The alternatives of a parameter, still escaped. Raises BadQuery when one is empty or there are too many."""
    alternatives = split(given.value, ",")
    if len(alternatives) > MAX_VALUES:
        raise BadQuery(f"More than {MAX_VALUES} values.", code="search-too-long", path=f"http.{given.name}")
    if not all(alternatives):
        raise BadQuery("A value is empty.", code="search-value", path=f"http.{given.name}")
    return alternatives


def token(text: str) -> tuple[str | None, str]:
    """(system, code) of `system|code`; system is None when no bar was written, "" for `|code`."""
    parts = split(text, "|")
    if len(parts) == 1:
        return None, unescape(parts[0])
    system, code = unescape(parts[0]), unescape("|".join(parts[1:]))
    if not system and not code:
        raise BadQuery("A token names a system, a code, or both.", code="search-value")
    return system, code
