"""One evaluation: what surrounds it, and what it may still spend."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.fhirpath.errors import Budget, ExecutionFault
from hygie.fhir.core.fhirpath.model import Model, Node
from hygie.fhir.core.fhirpath.values import System, TypeInfo

Item = Node | System | TypeInfo
Items = list[Item]
# The code of an expression: what it gives for `$this`. The items are never changed in place.
Code = Callable[["Run", Items], Items]

MAX_STEPS = 1_000_000  # Less than a second of CPU.
MAX_TEXT = 1_000_000
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Environment:
    """What the caller lends to an expression. Without a callback, the function that needs it is empty.

    `now`: the instant of `now()`, `today()` and `timeOfDay()`, aware; without it they raise ExecutionFault.
    `resolve`: reference → the resource, or None. References to contained resources (`#id`) need none.
    `member_of`: (code, Coding or CodeableConcept as JSON, canonical of a value set) → is it a member, None when not known.
    `conforms_to`: (JSON, canonical of a profile) → does it conform, None for a profile that is not known.
    `html_checks`: the text of a `Narrative.div` → is it allowed. `trace`: (name, items) of each `trace()`.
    """

    now: dt.datetime | None = None
    resolve: Callable[[str], Mapping[str, Any] | None] | None = None
    member_of: Callable[[Any, str], bool | None] | None = None
    conforms_to: Callable[[Any, str], bool | None] | None = None
    html_checks: Callable[[str], bool] | None = None
    trace: Callable[[str, Sequence[Item]], None] | None = None
    steps: int = MAX_STEPS


class Run:
    """The state of one evaluation, which no other sees. `index` and `total` are those of the innermost function."""

    __slots__ = (
        "below",
        "context",
        "environment",
        "index",
        "left",
        "model",
        "resource",
        "root",
        "strict",
        "total",
        "variables",
    )

    def __init__(self, model: Model, environment: Environment, context: Items, *, strict: bool) -> None:
        self.model = model
        self.environment = environment
        self.left = environment.steps
        self.context = context
        self.resource: Items = context
        self.root: Items = context
        self.variables: Mapping[str, Items] = {}
        # The descendants of %resource, once they are asked for.
        self.below: Items | None = None
        self.index = 0
        self.total: Items = []
        self.strict = strict

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Budget("The expression needs more steps than it is given.")

    def text(self, value: str) -> str:
        """A text that was made, paid by its length."""
        self.check_length(len(value))
        self.left -= len(value) >> 6
        return value

    def check_length(self, length: int) -> None:
        if length > MAX_TEXT:
            raise Budget("The expression makes a text that is too long.")


def plain(item: Item) -> Any:
    """A FHIR primitive as its System value (None when it has no value); anything else as it is."""
    if item.__class__ is Node:
        convert = item.shape.convert
        if convert is not None:
            value = item.value
            return None if value is None else convert(value)
    return item


def one(items: Items, at: str) -> Any:
    """The only item as a System value or a node, None when there is none. Raises ExecutionFault for several."""
    if not items:
        return None
    if len(items) > 1:
        raise ExecutionFault(f"{at} takes one item, not several.")
    return plain(items[0])


def truth(items: Items, at: str) -> bool | None:
    """The items as a Boolean: one that is none counts as true. Raises ExecutionFault for several.

    https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
    """
    if not items:
        return None
    if len(items) > 1:
        raise ExecutionFault(f"{at} takes one Boolean, not several items.")
    value = items[0]
    if value.__class__ is Node:
        value = plain(value)
        if value is None:
            return None
    return value if value.__class__ is bool else True
