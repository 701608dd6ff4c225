"""The index rows of a resource, and the columns that the store promotes: what is there is walked, what is not costs nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from hygie.fhir.core.definitions import load
from hygie.fhir.core.search import fields, moments
from hygie.fhir.core.search.paths import At, Keep, Leaf, Step
from hygie.fhir.core.search.values import NOT_OWN, Convert, IndexValue, Target, convert_of


class _Entry(NamedTuple):
    """One leaf of one field, under a member of the resource. `element`: its rows say in which member of the list they are."""

    field: int
    beside: int
    steps: tuple[Step, ...]
    convert: Convert
    element: bool
    own: bool


class _Plan(NamedTuple):
    """`members`: JSON name of the resource → what is looked for under it; `whole`: what looks at the resource itself;
    `owned`: the type has one field for its patient or subject."""

    members: dict[str, tuple[_Entry, ...]]
    whole: tuple[_Entry, ...]
    owned: bool


_NOT_OWN = IndexValue(NOT_OWN)
_FIRST = dt.datetime(1, 1, 2, tzinfo=dt.UTC).timestamp()
_LAST = dt.datetime(9999, 12, 30, tzinfo=dt.UTC).timestamp()


@cache
def _plan(type_name: str) -> _Plan:
    own = fields.own_field(type_name)
    together = fields.together_fields(type_name)
    status = _status_field(type_name)
    members: dict[str, list[_Entry]] = {}
    whole = []
    for field in fields.fields_of(type_name):
        if field.number == status:
            continue
        for leaf in field.leaves:
            convert = convert_of(field.kind, leaf.type, lambda leaf=leaf: _systems(leaf))  # type: ignore[misc]
            if convert is None:
                continue
            head = leaf.steps[0] if leaf.steps else ""
            mine = own is not None and field.number == own.number
            entry = _Entry(field.number, field.beside, leaf.steps[1:], convert, field.number in together, mine)
            if isinstance(head, str) and head:
                members.setdefault(head, []).append(entry)
            else:
                whole.append(entry)
    return _Plan({name: tuple(entries) for name, entries in members.items()}, tuple(whole), own is not None)


def _status_field(type_name: str) -> int:
    """The field that the store keeps in a column instead of the index; 0 when the type has none (numbers are never 0)."""
    param = fields.find_param(type_name, "status")
    if param is None or len(param.branches) != 1:
        return 0
    [branch] = param.branches
    plain = [(leaf.steps, leaf.type) for leaf in branch.field.leaves] == [(("status",), "code")]
    return branch.field.number if plain and param.kind is fields.Kind.TOKEN else 0


@cache
def has_status(type_name: str) -> bool:
    """Whether the type's `status` parameter is the promoted column."""
    return _status_field(type_name) != 0


def _systems(leaf: Leaf) -> dict[str, str]:
    """code → its system, for an element bound to a value set whose codes we know."""
    found = load().valueset(leaf.valueset) if leaf.valueset else None
    return {code: system for system, code in sorted(found or ())}


@cache
def status_system(type_name: str) -> dict[str, str]:
    param = fields.find_param(type_name, "status")
    return _systems(param.branches[0].field.leaves[0]) if param and has_status(type_name) else {}


def index_values(resource: dict[str, Any], space: str = "") -> list[IndexValue]:
    """The rows of a resource, each once; at their head the mark NOT_OWN, when it is not about the Patient of its space.

    `space` is the UUID of its space; without it, it is read from the resource's id (`<space>.<local>`).
    """
    space = space or _space_of(resource)
    found: dict[tuple[Any, ...], IndexValue] = {}

    def add(row: IndexValue) -> None:
        same = found.setdefault(row[:3] + row[4:] if row.text[:1] == "\n" or not row.text else row, row)
        if same is not row and same.text != row.text and row.text not in same.text:
            # One code with two displays is one row that knows both.
            found[row[:3] + row[4:]] = same._replace(text=same.text + row.text)

    plan = _plan(resource["resourceType"])
    contained = {each.get("id", ""): each for each in resource.get("contained") or ()}
    to = Target(space, contained, add)
    owner = f"Patient/{space}" if space else ""
    own = False
    for entry in plan.whole:
        entry.convert(resource, entry.field, entry.beside, 0, to)
    for name, value in resource.items():
        entries = plan.members.get(name)
        if entries is None:
            continue
        nodes = value if value.__class__ is list else [value]
        for field, beside, steps, convert, element, mine in entries:
            for at, top in enumerate(nodes):
                for node in _walk([top], steps) if steps else (top,):
                    if mine and owner and _names(node, owner):
                        own = True
                        if "identifier" in node:
                            # The reference is in the column; by what else it names the person, it is found by rows.
                            convert({"identifier": node["identifier"]}, field, beside, at if element else 0, to)
                    elif node is not None:
                        convert(node, field, beside, at if element else 0, to)
    rows = list(found.values())
    return rows if own or not owner or not plan.owned else [_NOT_OWN, *rows]


def _names(node: Any, owner: str) -> bool:
    written = node.get("reference") if node.__class__ is dict else None
    return written.__class__ is str and (written == owner or written.startswith(f"{owner}/_history/"))


def _walk(nodes: list[Any], steps: tuple[Step, ...]) -> list[Any]:
    for step in steps:
        if step.__class__ is str:
            after: list[Any] = []
            for node in nodes:
                if node.__class__ is dict and (value := node.get(step)) is not None:
                    if value.__class__ is list:
                        after += value
                    else:
                        after.append(value)
            nodes = after
        elif isinstance(step, Keep):
            nodes = [each for each in nodes if each.__class__ is dict and each.get(step.name) == step.value]
        elif isinstance(step, At):
            nodes = nodes[step.index : step.index + 1]
        if not nodes:
            break
    return nodes


def _space_of(resource: dict[str, Any]) -> str:
    logical_id = str(resource.get("id") or "")
    if len(logical_id) > 37 and logical_id[36] == ".":
        return logical_id[:36]
    return logical_id if resource["resourceType"] == "Patient" else ""


@dataclass(frozen=True, slots=True)
class Promoted:
    """What the store keeps in columns. `dated`: the type's own date."""

    status: str
    code: str
    category: str
    dated: dt.datetime | None


_CODES = ("code", "type", "vaccineCode", "medicationCodeableConcept", "class")
# The parameter that dates a type, in this order; `dated_param` gives the first that the type has.
_DATED = (
    "date", "authoredon", "authored-on", "authored", "whenhandedover", "effective-time", "occurrence", "recorded",
    "onset-date", "recorded-date", "period", "created", "sent", "start", "performed", "issued", "started", "collected",
    "birthdate", "effective", "execution-period", "start-date",
)  # fmt: skip
_DATED_APART = {
    "Immunization": "date", "MedicationRequest": "authoredon", "MedicationDispense": "whenhandedover",
    "MedicationStatement": "effective", "AllergyIntolerance": "", "Condition": "",
}  # fmt: skip


@cache
def dated_param(type_name: str) -> str:
    """The search parameter that says the date by which the store sorts a type; "" where none says exactly that."""
    if type_name in _DATED_APART:
        return _DATED_APART[type_name]
    params = fields.params_of(type_name)
    return next((code for code in _DATED if code in params and params[code].kind is fields.Kind.DATE), "")


def promote(resource: dict[str, Any], rows: Sequence[IndexValue] | None = None) -> Promoted:
    """The columns of a resource; `rows` are its `index_values`, for who has them."""
    rows = index_values(resource) if rows is None else rows
    kind = resource["resourceType"]
    return Promoted(
        status=str(resource.get("status") or _first_code(resource.get("clinicalStatus")))[:32],
        code=next((code for name in _CODES if (code := _first_code(resource.get(name)))), "")[:64],
        category=_first_code(resource.get("category"))[:64],
        dated=_dated(rows, _dated_fields(kind)),
    )


@cache
def _dated_fields(type_name: str) -> frozenset[int]:
    param = fields.find_param(type_name, dated_param(type_name) or "recorded-date")
    return frozenset(branch.field.number for branch in param.branches) if param else frozenset()


def _dated(rows: Sequence[IndexValue], dated: frozenset[int]) -> dt.datetime | None:
    """The first instant of these fields; a period without a start is dated by its end."""
    lows = list[float]()
    for row in rows:
        if row.field in dated and row.low is not None and row.high is not None:
            lows.append(row.low if row.low > -moments.UNBOUNDED else row.high)
    # In the first hours of year 1 or the last of 9999, the zone leads out of what a database can hold.
    return dt.datetime.fromtimestamp(min(max(min(lows), _FIRST), _LAST), dt.UTC) if lows else None


def _first_code(node: Any) -> str:
    if isinstance(node, list):
        return _first_code(node[0]) if node else ""
    if isinstance(node, dict):
        codings = node.get("coding") or [node]
        return str(codings[0].get("code") or "")
    return str(node or "")
