"""What is wrong with a query, and where."""

from graphql import Node


class Fault(Exception):
    """The query cannot be answered at all. `line` and `column` begin at 1, 0 when the place is not known."""

    def __init__(self, message: str, *, code: str, at: Node | None = None, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.code = message, code
        self.line, self.column = place(at) if at is not None else (line, column)


def place(node: Node) -> tuple[int, int]:
    """(line, column) of a part of the query."""
    token = node.loc.start_token if node.loc else None
    return (token.line, token.column) if token else (0, 0)
