"""Chance that can be played again: every draw of the country comes from here, and from the seed only."""

import datetime as dt
import random
from collections.abc import Sequence
from typing import TypeVar

from hygie.lib.clock import PARIS

T = TypeVar("T")


class Chance(random.Random):
    """A generator for one thing (a family, a life): `Chance("2026", "p007")` does not depend on what others drew."""

    def __init__(self, *names: object) -> None:
        # A str seed goes through SHA-512 (not hash()), so it is the same in every process.
        super().__init__("/".join(str(name) for name in names))

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def one(self, weighted: Sequence[tuple[T, float]]) -> T:
        drawn: T = self.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]
        return drawn

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """A day between the two, both included; `first` when the period is empty."""
        return first + dt.timedelta(days=self.randint(0, max(0, (last - first).days)))

    def weekday(self, first: dt.date, last: dt.date) -> dt.date:
        """A working day near a day drawn between the two, never after `last`."""
        day = self.day(first, last)
        while day.weekday() > 4 and day > first:
            day -= dt.timedelta(days=1)
        return day

    def hour(self, day: dt.date, first: int = 8, last: int = 18) -> dt.datetime:
        """A moment of that day in legal French time, on five minutes."""
        moment = dt.time(self.randint(first, last - 1), 5 * self.randint(0, 11))
        return dt.datetime.combine(day, moment, tzinfo=PARIS)

    def oid(self) -> str:
        """A fresh OID of the UUID arc (2.25), which belongs to nobody: https://oid-base.com/get/2.25."""
        return f"2.25.{self.getrandbits(122) | 1 << 121}"

    def digits(self, count: int) -> str:
        return "".join(str(self.randint(0, 9)) for _ in range(count))
