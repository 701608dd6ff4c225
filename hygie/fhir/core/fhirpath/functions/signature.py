"""What a function of the library is, and the shapes that most of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.run import Code, Item, Items, Run, one

# (run, $this, input, arguments not yet evaluated) → output
Work = Callable[[Run, Items, Items, tuple[Code, ...]], Items]


@dataclass(frozen=True, slots=True)
class Function:
    """Takes `least` to `most` arguments. `gives`, for the strict check: the type of the output (a System type, or Extension),
    `input` (items of the input), `argument` (of the argument), `both`, `unordered` (anything, in no order), "" for anything."""

    work: Work
    least: int = 0
    most: int = 0
    gives: str = ""
    # Arguments are evaluated for each item of the input, which is their $this.
    each: bool = False
    # Needs an input in an order that means something.
    ordered: bool = False


def texts(name: str, work: Callable[..., Any], *kinds: type, optional: int = 0, gives: str = "String") -> Function:
    """A function of one string: `work(text, *arguments)`, None for empty. An empty input or argument gives empty."""

    def run_it(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
        text = _typed(one(items, name), str, name)
        values = [_typed(one(code(run, this), name), kind, name) for code, kind in zip(arguments, kinds, strict=False)]
        if text is None or None in values:
            return []
        run.left -= len(text) >> 6
        return _output(run, work(run, text, *values))

    return Function(run_it, len(kinds) - optional, len(kinds), gives)


def numbers(name: str, work: Callable[..., Any], *kinds: type, optional: int = 0, gives: str = "") -> Function:
    """The same of one Integer or Decimal."""

    def run_it(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
        number = _typed(one(items, name), Decimal, name)
        values = [_typed(one(code(run, this), name), kind, name) for code, kind in zip(arguments, kinds, strict=False)]
        if number is None or None in values:
            return []
        return _output(run, work(number, *values))

    return Function(run_it, len(kinds) - optional, len(kinds), gives)


def _typed(value: Any, kind: type, name: str) -> Any:
    """The value when it is of the kind (Decimal takes an Integer too), None for None."""
    if value is None:
        return None
    fits = isinstance(value, kind) or (kind is Decimal and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise ExecutionFault(f"{name} does not take a value of this type.")
    return value


def _output(run: Run, value: Any) -> Items:
    if value is None:
        return []
    if isinstance(value, list):
        run.spend(len(value))
        return value
    return [run.text(value) if isinstance(value, str) else value]


def integer_argument(run: Run, this: Items, code: Code, name: str) -> int | None:
    value = _typed(one(code(run, this), name), int, name)
    return value if value is None else int(value)


def text_argument(run: Run, this: Items, code: Code, name: str) -> str | None:
    value = _typed(one(code(run, this), name), str, name)
    return value if value is None else str(value)


def single(items: Items, name: str) -> Item | None:
    """The only item, as a node. Raises ExecutionFault for several."""
    if len(items) > 1:
        raise ExecutionFault(f"{name} takes one item, not several.")
    return items[0] if items else None
