"""Tokens → tree, by precedence climbing. https://hl7.org/fhirpath/N1/#expressions"""

from decimal import Decimal
from typing import Final

from hygie.fhir.core.fhirpath.errors import SemanticFault, SyntaxFault
from hygie.fhir.core.fhirpath.quantity import CALENDAR, Quantity
from hygie.fhir.core.fhirpath.syntax import (
    Binary,
    Call,
    External,
    Indexer,
    Literal,
    Member,
    Nothing,
    Special,
    Tree,
    TypeName,
    TypeTest,
    Unary,
)
from hygie.fhir.core.fhirpath.temporal import parse_literal
from hygie.fhir.core.fhirpath.tokens import Token, tokenize

# Of nested brackets, and of operators or functions in a row.
MAX_DEPTH = 100
MAX_INTEGER: Final = 2**31 - 1

_PRECEDENCE = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "~": 5, "!=": 5, "!~": 5,
    "<": 6, "<=": 6, ">": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9,
    "*": 10, "/": 10, "div": 10, "mod": 10,
}  # fmt: skip
_UNARY = 11
# Words with a meaning of their own; `as`, `contains`, `in` and `is` may be names of elements.
_RESERVED = frozenset({"and", "or", "xor", "implies", "div", "mod", "true", "false"})
_TYPE_FUNCTIONS = frozenset({"is", "as", "ofType"})


def parse(expression: str) -> Tree:
    """Raises SyntaxFault, or SemanticFault for a type function without a type."""
    tree = _Parser(tokenize(expression)).whole()
    _check_depth(tree)
    return tree


def _check_depth(tree: Tree) -> None:
    """Each level is a Python call when the expression is compiled and when it runs; names in a row are one."""
    level: list[tuple[Tree, int]] = [(tree, 0)]
    while level:
        node, depth = level.pop()
        if depth > MAX_DEPTH:
            raise SyntaxFault(f"The expression is nested deeper than {MAX_DEPTH} levels.", at=node.at)
        level += ((part, depth + (not isinstance(node, Member))) for part in _parts(node) if part is not None)


def _parts(node: Tree) -> tuple[Tree | None, ...]:
    match node:
        case Member():
            return (node.source,)
        case Call():
            return (node.source, *node.arguments)
        case Indexer():
            return (node.source, node.index)
        case Binary():
            return (node.left, node.right)
        case Unary() | TypeTest():
            return (node.operand,)
    return ()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> Tree:
        tree = self._expression(0)
        if self._next.kind != "end":
            raise SyntaxFault("The expression goes on where it should end.", at=self._next.at)
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        self._place += 1
        return token

    def _is(self, *symbols: str) -> bool:
        return self._next.kind == "symbol" and self._next.text in symbols

    def _expect(self, symbol: str) -> Token:
        if not self._is(symbol):
            raise SyntaxFault(f"`{symbol}` is expected here.", at=self._next.at)
        return self._take()

    def _expression(self, least: int) -> Tree:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxFault(f"The expression is nested deeper than {MAX_DEPTH} levels.", at=self._next.at)
        if self._is("+", "-"):
            sign = self._take()
            left: Tree = Unary(sign.text, self._expression(_UNARY), sign.at)
        else:
            left = self._path()
        while (precedence := self._operator()) > least:
            left = self._operation(left, precedence)
        self._depth -= 1
        return left

    def _operator(self) -> int:
        return _PRECEDENCE.get(self._next.text, 0) if self._next.kind in ("symbol", "name") else 0

    def _operation(self, left: Tree, precedence: int) -> Tree:
        operator = self._take()
        if operator.text in ("is", "as"):
            return TypeTest(operator.text, left, self._type(), operator.at)
        return Binary(operator.text, left, self._expression(precedence), operator.at)

    def _type(self) -> TypeName:
        first = self._identifier()
        if not self._is("."):
            return TypeName("", first.text, first.at)
        self._take()
        return TypeName(first.text, self._identifier().text, first.at)

    def _path(self) -> Tree:
        tree = self._term()
        while self._is(".", "["):
            symbol = self._take()
            if symbol.text == ".":
                tree = self._invocation(tree)
            else:
                tree = Indexer(tree, self._expression(0), symbol.at)
                self._expect("]")
        return tree

    def _term(self) -> Tree:
        token = self._next
        if token.kind == "number":
            return self._number()
        if token.kind == "string":
            return Literal(self._take().text, token.at)
        if token.kind == "moment":
            return Literal(parse_literal(self._take().text, token.at), token.at)
        if token.kind == "special":
            return Special(self._take().text, token.at)
        if token.kind == "name" and token.text in ("true", "false"):
            return Literal(self._take().text == "true", token.at)
        if token.kind in ("name", "quoted"):
            return self._invocation(None)
        return self._bracket()

    def _bracket(self) -> Tree:
        token = self._take()
        if token.kind == "symbol":
            if token.text == "(":
                inside = self._expression(0)
                self._expect(")")
                return inside
            if token.text == "{":
                self._expect("}")
                return Nothing(token.at)
            if token.text == "%" and self._next.kind in ("name", "quoted", "string"):
                return External(self._take().text, token.at)
        raise SyntaxFault("A value, a name or a function is expected here.", at=token.at)

    def _number(self) -> Tree:
        token = self._take()
        following = self._next
        if following.kind == "string" or (following.kind == "name" and following.text in CALENDAR):
            return Literal(Quantity(Decimal(token.text), self._take().text), token.at)
        if "." in token.text:
            return Literal(Decimal(token.text), token.at)
        if len(token.text) > 10 or int(token.text) > MAX_INTEGER + 1:
            raise SyntaxFault(f"An Integer is at most {MAX_INTEGER}.", at=token.at)
        return Literal(int(token.text), token.at)

    def _identifier(self) -> Token:
        token = self._take()
        if token.kind == "quoted" or (token.kind == "name" and token.text not in _RESERVED):
            return token
        raise SyntaxFault("A name is expected here.", at=token.at)

    def _invocation(self, source: Tree | None) -> Tree:
        if source is not None and self._next.kind == "special":
            token = self._take()
            return Call(source, "select", (Special(token.text, token.at),), token.at)
        name = self._identifier()
        if not self._is("("):
            return Member(source, name.text, name.at)
        self._take()
        if name.text in _TYPE_FUNCTIONS:
            return self._type_function(source, name)
        arguments: list[Tree] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._expression(0))
        self._take()
        return Call(source, name.text, tuple(arguments), name.at)

    def _type_function(self, source: Tree | None, name: Token) -> Tree:
        if self._next.kind not in ("name", "quoted"):
            raise SemanticFault(f"{name.text}() takes the name of a type.", at=name.at)
        tree = TypeTest(name.text, source, self._type(), name.at)
        self._expect(")")
        return tree
