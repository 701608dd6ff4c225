"""Text → tokens. https://hl7.org/fhirpath/N1/grammar.html"""

import re
from typing import NamedTuple

from hygie.fhir.core.fhirpath.errors import SyntaxFault

MAX_LENGTH = 20_000  # The longest expression of R4 has 1,500 characters.

_CLOCK = r"[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]++)?)?)?"
_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\n]+|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)
    | (?P<moment>@(?:T@clock|[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?(?:T(?:@clock(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)?))
    | (?P<number>[0-9]++(?:\.[0-9]++)?)
    | (?P<string>'(?:[^'\\]|\\.)*+')
    | (?P<quoted>`(?:[^`\\]|\\.)*+`)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<special>\$(?:this|index|total)\b)
    | (?P<symbol><=|>=|!=|!~|[-+*/&|<>=~.,()\[\]{}%])
    """.replace("@clock", _CLOCK),
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", "'": "'", '"': '"', "`": "`"}


class Token(NamedTuple):
    """`kind`: moment, number, string, quoted, name, special, symbol or end; strings and quoted names are unescaped."""

    kind: str
    text: str
    at: int


def tokenize(expression: str) -> list[Token]:
    """The tokens, closed by one of kind `end`. Raises SyntaxFault."""
    if len(expression) > MAX_LENGTH:
        raise SyntaxFault(f"An expression has at most {MAX_LENGTH} characters.")
    tokens: list[Token] = []
    at = 0
    while at < len(expression):
        found = _TOKEN.match(expression, at)
        if found is None:
            raise SyntaxFault(_complaint(expression, at), at=at)
        kind = str(found.lastgroup)
        if kind in ("string", "quoted"):
            tokens.append(Token(kind, _unescape(found.group()[1:-1], at), at))
        elif kind != "blank":
            tokens.append(Token(kind, found.group(), at))
        at = found.end()
    tokens.append(Token("end", "", at))
    return tokens


def _complaint(expression: str, at: int) -> str:
    match expression[at]:
        case "'" | "`":
            return "A string or a name is not closed."
        case "/":
            return "A comment is not closed."
        case _:
            return "This character has no meaning in FHIRPath."


def _unescape(text: str, at: int) -> str:
    if "\\" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        code = found.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise SyntaxFault("A string has an escape that FHIRPath does not know.", at=at + 1 + found.start())
        return _ESCAPES[code]

    return _ESCAPE.sub(replace, text)
