"""Objects against the definition of their type: known elements, cardinality, JSON types, choices, primitive siblings.

A shape is compiled from the definitions when a resource first needs it; afterwards an object costs one dict look-up and one
call an element. The checks of an element return None when it is right, and no path is built unless something is wrong.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

from hygie.fhir.core.validation.issues import Faults, Found, fault, is_wrong, under
from hygie.fhir.core.validation.primitives import Check
from hygie.fhir.core.validation.run import Run

Rule = Callable[[dict[str, Any], Run], Found]
"""A check of an object whose elements are already known to be right."""

MOST_WRONG, MOST_NULLS = 100, 5_000
"""Items of one array: beyond, nothing more is looked at. An error a byte would be an answer larger than any memory."""
_FILLING = Lock()
_EMPTY_OBJECT = "An object is not empty: leave the property out when there is nothing to say."
_FORBIDDEN_ARRAY = "A JSON array is not expected: this element is not repeated, write its value alone."


class Shape:
    """What an object of one type may hold. `fill` is called once, before the first check: types refer to each other."""

    def __init__(self, name: str, fill: Callable[["Shape"], None]) -> None:
        self.name = name
        self._fill: Callable[[Shape], None] | None = fill
        self.checks: dict[str, Check] = {}
        self.labels: dict[str, str] = {}  # JSON name → step of the path, of choices only
        self.primitives: dict[str, bool] = {}  # JSON names of primitives → is a list
        self.siblings: dict[str, Check] = {}  # JSON names of primitives → check of their `_name` object
        self.required: tuple[tuple[str, str], ...] = ()  # (name, `_name` or "")
        self.choices: tuple[tuple[str, bool, frozenset[str]], ...] = ()  # (name, required, JSON names)
        self.rules: tuple[Rule, ...] = ()
        self.deep_rules: tuple[Rule, ...] = ()  # The FHIRPath invariants
        self.is_resource = False

    def check(self, value: Any, run: Any) -> Found:
        if type(value) is not dict:
            return _not_an_object(value)
        if self._fill is not None:
            self._fill_once()
        faults: Faults = []
        checks = self.checks
        odd = False
        for name, item in value.items():
            check = checks.get(name)
            if check is None:
                odd = True
            elif found := check(item, run):
                faults += under(self.labels.get(name) or name, found)
        if odd:
            faults = self._check_odd(value, faults, run)
        for name, sibling in self.required:
            if name not in value and (not sibling or sibling not in value):
                faults += _missing(name)
        for name, required, names in self.choices:
            self._check_choice(name, required, names, value, faults)
        if not self.is_resource and (not value or (len(value) == 1 and "id" in value)):
            faults += fault("empty", _EMPTY_OBJECT)
        if not faults or not is_wrong(faults):
            faults = self._check_rules(value, faults, run)
        return faults or None

    def _fill_once(self) -> None:
        # Another thread must not meet a shape that is half filled. Filling never checks, so the lock is not taken twice.
        with _FILLING:
            if self._fill is not None:
                self._fill(self)
                self._fill = None

    def _check_rules(self, value: dict[str, Any], faults: Faults, run: Run) -> Faults:
        for rule in self.rules:
            if found := rule(value, run):
                faults += found
        if self.deep_rules and run.deep and not is_wrong(faults):
            for rule in self.deep_rules:
                if found := rule(value, run):
                    faults += found
        return faults

    def _check_choice(
        self, name: str, required: bool, names: frozenset[str], value: dict[str, Any], faults: Faults
    ) -> None:
        present = value.keys() & names
        if len(present) > 1:
            faults += fault("choice", "Only one type of this element may be given: keep one of them.", name)
        elif present:
            return
        elif (siblings := [each for each in value if each[:1] == "_" and each[1:] in names]) and len(siblings) > 1:
            faults += fault("choice", "Only one type of this element may be given: keep one of them.", name)
        elif required and not siblings:
            shown = ", ".join(f"`{each}`" for each in sorted(names)[:4]) + (", …" if len(names) > 4 else "")
            faults += _missing(name, f" as one of {shown}")

    def _check_odd(self, value: dict[str, Any], faults: Faults, run: Any) -> Faults:
        """Names without a check: `_name` beside a primitive, or unknown ones."""
        for name, item in value.items():
            if name in self.checks:
                continue
            of = name[1:]
            if name[:1] == "_" and of in self.primitives:
                faults = self._check_sibling(of, item, value.get(of), faults, run)
            else:
                faults += _unknown(name, self)
        return faults

    def _check_sibling(self, name: str, item: Any, beside: Any, faults: Faults, run: Any) -> Faults:
        """`_name`: an Element, or for a list one of the same length with nulls where there is nothing to add."""
        if not self.primitives[name]:
            return faults + self._check_element(name, item, beside, self.labels.get(name) or name, run)
        if type(item) is not list or not item:
            return faults + fault("array", "A JSON array with one object or null a value is expected.", name)
        if type(beside) is list:
            if len(beside) != len(item):
                faults += fault("sibling", f"`{name}` and `_{name}` must have the same length: fill with null.", name)
            faults = [each for each in faults if not _is_null_with_sibling(each, name, item)]
        values = beside if type(beside) is list else []
        for index, each in enumerate(item):
            value = values[index] if index < len(values) else None
            if each is not None:
                faults += under(name, self._check_element(name, each, value, f"[{index}]", run))
            elif value is None:
                faults += fault("null", "Neither a value nor an extension is given here.", name, f"[{index}]")
        return faults

    def _check_element(self, name: str, item: Any, beside: Any, step: str, run: Any) -> Faults:
        found = self.siblings[name](item, run) or []
        if beside is not None and item:
            # An id alone is enough beside a value.
            found = [each for each in found if each.rule != "empty" or each.steps]
        return list(under(step, found))


def list_of(check: Check) -> Check:
    """Of a repeated element: a JSON array with at least one item."""

    def check_list(value: Any, run: Any) -> Found:
        if type(value) is not list:
            return fault("array", "A JSON array is expected here: this element is repeated, write [ ] around it.")
        if not value:
            return fault("empty", "An array is not empty: leave the property out when there is no value.")
        faults: Faults = []
        wrong = nulls = 0
        for index, item in enumerate(value):
            if found := check(item, run):
                faults += under(f"[{index}]", found)
                # A null may be right, by what stands beside it: that is known later.
                nulls += found[0].rule == "null"
                wrong += found[0].rule != "null" and is_wrong(found)
                if wrong > MOST_WRONG or nulls > MOST_NULLS:
                    return faults + fault(
                        "many", "More is wrong in this array: mend what is told first.", code="too-costly"
                    )
        return faults or None

    return check_list


def at_most(check: Check, limit: int) -> Check:
    """Of an element repeated `limit` times at most."""

    def check_limit(value: Any, run: Any) -> Found:
        if type(value) is list and len(value) > limit:
            return fault("cardinality", f"At most {limit} are allowed here.")
        return check(value, run)

    return check_limit


def both(first: Check, second: Check) -> Check:
    """The second only when the first finds nothing wrong."""

    def check_both(value: Any, run: Any) -> Found:
        found = first(value, run)
        if found is None:
            return second(value, run)
        return found if is_wrong(found) else [*found, *(second(value, run) or ())]

    return check_both


def when_deep(check: Check) -> Check:
    def check_when_deep(value: Any, run: Any) -> Found:
        return check(value, run) if run.deep else None

    return check_when_deep


def with_part(check: Check, name: str, part: Check) -> Check:
    """The part named is checked too, when there is one and nothing else is wrong."""

    def check_with_part(value: Any, run: Any) -> Found:
        found = check(value, run)
        if found is not None and is_wrong(found):
            return found
        if name in value and (more := part(value[name], run)):
            return [*(found or ()), *under(name, more)]
        return found

    return check_with_part


def single(check: Check) -> Check:
    """Says that there is an array too many, rather than that an array is no string."""

    def check_single(value: Any, run: Any) -> Found:
        found = check(value, run)
        if found and type(value) is list:
            return fault("array", _FORBIDDEN_ARRAY)
        return found

    return check_single


def _not_an_object(value: Any) -> Faults:
    if value is None:
        return fault("null", "null says nothing in FHIR: leave the property out.")
    if type(value) is list:
        return fault("array", _FORBIDDEN_ARRAY)
    return fault("type", "A JSON object is expected here.")


def _missing(name: str, how: str = "") -> Faults:
    return fault("missing", f"`{name}` is required: add it{how}.", code="required")


def _unknown(name: str, shape: Shape) -> Faults:
    # A name comes from the outside: a long or odd one is not repeated.
    plain = name.isascii() and name.isidentifier() and len(name) <= 64
    close = [known for known in shape.checks if known.lower() == name.lower()]
    how = f"write `{close[0]}`" if close else "take it out, or use an extension"
    return fault("unknown", f"{shape.name} has no such element: {how}.", *([name] if plain else []))


def _is_null_with_sibling(each: Any, name: str, siblings: list[Any]) -> bool:
    if each.rule != "null" or len(each.steps) != 2 or each.steps[1] != name:
        return False
    index = int(each.steps[0][1:-1])
    return index < len(siblings) and siblings[index] is not None
