"""One request and its answer, whether it came alone or inside a Bundle; and what the interactions need of a server.

https://hl7.org/fhir/R4/http.html
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hygie.fhir.core.bundle import Entry
from hygie.fhir.store.asked import HistoryQuery, WholeQuery
from hygie.lib.errors import HygieError


@dataclass(frozen=True, slots=True)
class Call:
    """`base` is the address of the server; `query` its parameters in order; `resource` the body, decoded."""

    base: str
    type: str
    id: str = ""
    query: tuple[tuple[str, str], ...] = ()
    resource: dict[str, Any] | None = None
    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    if_none_exist: str = ""
    prefer: str = ""

    def parameter(self, name: str) -> str:
        return next((value for key, value in self.query if key == name), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is FHIR JSON, b"" for none."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Version(Protocol):
    """A version as it is served; a deletion has no body."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> dt.datetime: ...
    @property
    def deleted(self) -> bool: ...
    @property
    def body(self) -> bytes: ...


class Written(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> dt.datetime: ...
    @property
    def body(self) -> bytes: ...
    @property
    def created(self) -> bool: ...
    @property
    def changed(self) -> bool: ...
    def whole(self) -> bytes: ...


class History(Protocol):
    @property
    def versions(self) -> Sequence[Version]: ...
    @property
    def total(self) -> int: ...
    @property
    def next(self) -> str: ...


Change = Callable[[dict[str, Any]], Any]
Criterion = tuple[tuple[str, str], ...]


class Resources(Protocol):
    """What the interactions ask of a server: its own rights and trace are behind it. Faults are HygieErrors."""

    def read(self, type: str, id: str) -> Version: ...
    def vread(self, type: str, id: str, number: int) -> Version: ...
    def history(self, type: str, id: str, patient: str, query: HistoryQuery) -> History: ...
    def search(self, call: Call) -> Answer: ...
    def create(self, resource: dict[str, Any], *, criterion: str = "") -> Written: ...
    def create_each(self, resources: Sequence[dict[str, Any]]) -> list[Written | HygieError]: ...
    def update(self, id: str, resource: dict[str, Any], *, if_match: str = "") -> Written: ...
    def update_matching(self, resource: dict[str, Any], criterion: str, *, if_match: str = "") -> Written: ...
    def patch(self, type: str, id: str, change: Change, *, if_match: str = "") -> Written: ...
    def patch_matching(self, type: str, criterion: str, change: Change, *, if_match: str = "") -> Written: ...
    def delete(self, type: str, id: str, *, if_match: str = "") -> int | None: ...
    def delete_matching(self, type: str, criterion: str, *, if_match: str = "") -> int | None: ...
    def everything(self, id: str, query: WholeQuery) -> tuple[Sequence[tuple[str, bytes]], str]: ...
    def together(self, entries: Sequence[Entry], other: Callable[[Entry], Answer]) -> list[Any]: ...
    def fault(self, error: HygieError) -> Answer: ...
