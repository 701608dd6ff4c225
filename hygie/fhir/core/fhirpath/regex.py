"""Regular expressions in linear time, whatever the pattern: no request may stall a server (T-09).

`re` backtracks: `(a+)+$` takes a time that doubles with each letter. Here the pattern is a program whose threads advance
together, one character at a time, so that a text of n characters and a program of m instructions cost at most n × m; the
sets of threads met are kept, which makes most steps one look-up. The cost is charged to the run.
https://swtch.com/~rsc/regexp/regexp2.html
"""

import re
from functools import lru_cache
from typing import Protocol

from hygie.fhir.core.fhirpath.pattern import Program, compile_pattern, is_word
from hygie.fhir.core.fhirpath.run import Run

_MAX_KEPT = 10_000  # Instructions in the sets kept, for one pattern: less than 1 MB
_SUBSTITUTION = re.compile(r"\$(?:([0-9])|\{([A-Za-z0-9_]+)\})|\\(.)", re.DOTALL)


class Payer(Protocol):
    """What the cost of a match is charged to; its `spend` raises when there is nothing left."""

    def spend(self, steps: int) -> None: ...


_Threads = frozenset[int]
_NONE: _Threads = frozenset()


class _Machine:
    """A program, and the steps that it made. Threads of Python may make the same step twice: the result is the same."""

    def __init__(self, pattern: str) -> None:
        self.program: Program = compile_pattern(pattern)
        self._uses_words = any(each.mark in ("b", "B") for each in self.program.instructions)
        self._steps: dict[tuple[_Threads, bool, bool, str], tuple[_Threads, bool]] = {}
        self._kept = 0

    def is_found(self, run: Payer, text: str, *, whole: bool) -> bool:
        """Anywhere in the text, or (`whole`) from its first to its last character."""
        run.spend(1 + (len(text) >> 3))
        threads, after_word = frozenset({0}), False
        matched = False
        for place in range(len(text) + 1):
            character = text[place : place + 1]
            if not whole:
                threads |= {0}
            threads, matched = self._step(run, threads, place == 0, after_word, character)
            if matched and not whole:
                return True
            if whole and not threads:
                break
            after_word = self._uses_words and is_word(character)
        return matched and place == len(text)

    def _step(
        self, run: Payer, threads: _Threads, at_start: bool, after_word: bool, character: str
    ) -> tuple[_Threads, bool]:
        step = (threads, at_start, after_word, character)
        found = self._steps.get(step)
        if found is None:
            found = self._advance(run, threads, at_start, after_word, character)
            self._kept += len(threads) + len(found[0]) + 8
            if self._kept > _MAX_KEPT:
                self._steps, self._kept = {}, 0
            self._steps[step] = found
        return found

    def _advance(
        self, run: Payer, threads: _Threads, at_start: bool, after_word: bool, character: str
    ) -> tuple[_Threads, bool]:
        code = self.program.instructions
        waiting, seen, following = list(threads), set(threads), set()
        matched = False
        while waiting:
            place = waiting.pop()
            instruction = code[place]
            targets: tuple[int, ...] = ()
            match instruction.name:
                case "char":
                    if character and instruction.test is not None and instruction.test(character):
                        following.add(place + 1)
                case "split":
                    targets = (instruction.first, instruction.second)
                case "jump":
                    targets = (instruction.first,)
                case "save":
                    targets = (place + 1,)
                case "match":
                    matched = True
                case _:
                    if _holds(instruction.mark, at_start, after_word, character):
                        targets = (place + 1,)
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        run.spend(1 + (len(seen) >> 2))
        return frozenset(following) if following else _NONE, matched

    def find(self, run: Run, text: str, start: int) -> tuple[int, ...] | None:
        """The first match from `start`, as `re` finds it: the places of the match and of its groups, -1 for none."""
        found: tuple[int, ...] | None = None
        threads: list[tuple[int, tuple[int, ...]]] = []
        empty = (-1,) * (2 * (self.program.groups + 1))
        for place in range(start, len(text) + 1):
            if found is None:
                threads.append((0, (place, *empty[1:])))
            if not threads:
                break
            threads, matched = self._follow(run, threads, text, place)
            found = matched or found
        return found

    def _follow(
        self, run: Run, threads: list[tuple[int, tuple[int, ...]]], text: str, place: int
    ) -> tuple[list[tuple[int, tuple[int, ...]]], tuple[int, ...] | None]:
        """The threads in order of preference after one character; those that come after a match are given up."""
        code = self.program.instructions
        character = text[place : place + 1]
        after_word = place > 0 and is_word(text[place - 1])
        waiting = threads[::-1]
        seen: set[int] = set()
        following: list[tuple[int, tuple[int, ...]]] = []
        while waiting:
            at, slots = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            instruction = code[at]
            match instruction.name:
                case "char":
                    if character and instruction.test is not None and instruction.test(character):
                        following.append((at + 1, slots))
                case "split":
                    waiting += ((instruction.second, slots), (instruction.first, slots))
                case "jump":
                    waiting.append((instruction.first, slots))
                case "save":
                    waiting.append((at + 1, (*slots[: instruction.first], place, *slots[instruction.first + 1 :])))
                case "match":
                    run.spend(1 + (len(seen) >> 1))
                    return following, (slots[0], place, *slots[2:])
                case _:
                    if _holds(instruction.mark, place == 0, after_word, character):
                        waiting.append((at + 1, slots))
        run.spend(1 + (len(seen) >> 1))
        return following, None


def _holds(mark: str, at_start: bool, after_word: bool, character: str) -> bool:
    if mark == "^":
        return at_start
    if mark == "$":
        return not character
    return (after_word is not (character != "" and is_word(character))) is (mark == "b")


@lru_cache(maxsize=64)
def _machine(pattern: str) -> _Machine:
    return _Machine(pattern)


def matches(run: Payer, text: str, pattern: str) -> bool:
    """Somewhere in the text; `.` takes the end of a line too. Raises ExecutionFault, Budget."""
    return _machine(pattern).is_found(run, text, whole=False)


def matches_full(run: Payer, text: str, pattern: str) -> bool:
    return _machine(pattern).is_found(run, text, whole=True)


def replace_matches(run: Run, text: str, pattern: str, substitution: str) -> str:
    """`$1` and `${name}` stand for groups. An empty pattern changes nothing."""
    if not pattern:
        return text
    machine = _machine(pattern)
    parts: list[str] = []
    start = length = 0
    while start <= len(text) and (found := machine.find(run, text, start)) is not None:
        parts += (text[start : found[0]], _expand(substitution, text, found, machine.program))
        start = found[1]
        if found[0] == found[1]:
            parts.append(text[start : start + 1])
            start += 1
        length += sum(len(part) for part in parts[-3:])
        run.check_length(length)
    parts.append(text[start:])
    return "".join(parts)


def _expand(substitution: str, text: str, found: tuple[int, ...], program: Program) -> str:
    if "$" not in substitution and "\\" not in substitution:
        return substitution

    def group(mark: re.Match[str]) -> str:
        if mark.group(3) is not None:
            return mark.group(3)
        number = int(mark.group(1)) if mark.group(1) else program.names.get(mark.group(2), -1)
        if not 0 <= number <= program.groups or found[2 * number] < 0:
            return ""
        return text[found[2 * number] : found[2 * number + 1]]

    return _SUBSTITUTION.sub(group, substitution)
