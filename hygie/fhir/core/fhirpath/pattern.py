"""A regular expression → a program for `regex`. What cannot be matched in linear time is refused.

Taken: literals, `.`, classes, `\\d \\w \\s \\p{L}` and their opposites, groups (named too), alternatives,
`* + ? {n,m}` greedy or lazy, `^ $ \\b \\B`. Refused: back-references, look-around, possessive and atomic groups, inline flags.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from hygie.fhir.core.fhirpath.errors import ExecutionFault

MAX_PATTERN = 1_000
MAX_PROGRAM = 5_000
MAX_DEPTH = 20

Test = Callable[[str], bool]


@dataclass(slots=True)
class Instruction:
    """`char`: one character that passes `test`, then the next instruction. `split`: `first`, or else `second`. `jump`: `first`.
    `save`: the place, in slot `first`. `assert`: holds between two characters (`mark` is ^ $ b B). `match`: the end."""

    name: str
    test: Test | None = None
    first: int = 0
    second: int = 0
    mark: str = ""


@dataclass(slots=True)
class Program:
    instructions: list[Instruction]
    groups: int
    names: dict[str, int] = field(default_factory=dict)


def is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


_CLASSES: dict[str, Test] = {
    "d": lambda character: "0" <= character <= "9",
    "w": is_word,
    "s": lambda character: character in " \t\n\r\f\v",
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


def compile_pattern(pattern: str) -> Program:
    """Raises ExecutionFault for what is no regular expression, or not one of ours."""
    if len(pattern) > MAX_PATTERN:
        _refuse("is too long")
    return _Compiler(pattern).program()


def _refuse(why: str) -> NoReturn:
    raise ExecutionFault(f"The regular expression {why}.")


class _Compiler:
    """Recursive descent that writes instructions as it goes; a repeated part is written once more for each time."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0
        self._code: list[Instruction] = []
        self._groups = 0
        self._names: dict[str, int] = {}

    def program(self) -> Program:
        self._alternatives()
        if self._at < len(self._pattern):
            _refuse("closes a group that is not open")
        self._emit(Instruction("match"))
        return Program(self._code, self._groups, self._names)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        if self._at >= len(self._pattern):
            _refuse("ends too early")
        self._at += 1
        return self._pattern[self._at - 1]

    def _accept(self, text: str) -> bool:
        if self._pattern.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _emit(self, instruction: Instruction) -> Instruction:
        if len(self._code) >= MAX_PROGRAM:
            _refuse("repeats too much")
        self._code.append(instruction)
        return instruction

    def _alternatives(self) -> None:
        jumps: list[Instruction] = []
        while True:
            start = len(self._code)
            self._sequence()
            if not self._accept("|"):
                break
            self._insert(start, Instruction("split", first=start + 1))
            jumps.append(self._emit(Instruction("jump")))
            self._code[start].second = len(self._code)
        for jump in jumps:
            jump.first = len(self._code)

    def _insert(self, place: int, instruction: Instruction) -> None:
        self._emit(instruction)
        self._code.pop()
        for each in self._code[place:]:
            _move(each, place, 1)
        self._code.insert(place, instruction)

    def _sequence(self) -> None:
        while self._peek() not in ("", "|", ")"):
            start = len(self._code)
            self._atom()
            self._quantifier(start)

    def _quantifier(self, start: int) -> None:
        bounds = self._bounds()
        if bounds is None:
            return
        least, most = bounds
        lazy = self._accept("?")
        if self._peek() in ("+", "*") or (self._peek() == "{" and self._bounds() is not None):
            _refuse("has a quantifier that cannot be matched in linear time")
        body = self._code[start:]
        del self._code[start:]
        for _ in range(least):
            self._copy(body, start)
        if most is None:
            self._loop(body, start, lazy)
        else:
            self._options(body, start, most - least, lazy)

    def _bounds(self) -> tuple[int, int | None] | None:
        match self._peek():
            case "*":
                found: tuple[int, int | None] = (0, None)
            case "+":
                found = (1, None)
            case "?":
                found = (0, 1)
            case "{":
                return self._counted()
            case _:
                return None
        self._at += 1
        return found

    def _counted(self) -> tuple[int, int | None] | None:
        end = self._pattern.find("}", self._at)
        least, comma, most = self._pattern[self._at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (least.isdecimal() and len(least) < 5 and (most.isdecimal() or not most) and len(most) < 5):
            # `{` that opens no quantifier is itself.
            return None
        self._at = end + 1
        upper = int(most) if most else None if comma else int(least)
        if upper is not None and upper < int(least):
            _refuse("counts backwards")
        return int(least), upper

    def _copy(self, body: list[Instruction], origin: int) -> None:
        shift = len(self._code) - origin
        if len(self._code) + len(body) > MAX_PROGRAM:
            _refuse("repeats too much")
        for each in body:
            copied = Instruction(each.name, each.test, each.first, each.second, each.mark)
            _move(copied, origin, shift)
            self._code.append(copied)

    def _loop(self, body: list[Instruction], origin: int, lazy: bool) -> None:
        split = self._emit(Instruction("split"))
        place = len(self._code) - 1
        self._copy(body, origin)
        self._emit(Instruction("jump", first=place))
        _aim(split, place + 1, len(self._code), lazy)

    def _options(self, body: list[Instruction], origin: int, count: int, lazy: bool) -> None:
        splits: list[tuple[Instruction, int]] = []
        for _ in range(count):
            splits.append((self._emit(Instruction("split")), len(self._code)))
            self._copy(body, origin)
        for split, inside in splits:
            _aim(split, inside, len(self._code), lazy)

    def _atom(self) -> None:
        match self._take():
            case "(":
                self._group()
            case "[":
                self._emit(Instruction("char", self._class()))
            case ".":
                self._emit(Instruction("char", lambda _character: True))
            case "^" | "$" as mark:
                self._emit(Instruction("assert", mark=mark))
            case "\\":
                self._escape()
            case "*" | "+" | "?":
                _refuse("repeats nothing")
            case literal:
                self._emit(Instruction("char", _exactly(literal)))

    def _group(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _refuse("is nested too deep")
        number = None
        if not self._accept("?:"):
            if self._accept("?"):
                self._name()
            self._groups += 1
            number = self._groups
            self._emit(Instruction("save", first=2 * number))
        self._alternatives()
        if not self._accept(")"):
            _refuse("does not close a group")
        if number is not None:
            self._emit(Instruction("save", first=2 * number + 1))
        self._depth -= 1

    def _name(self) -> None:
        self._accept("P")
        if not self._accept("<") or self._peek() in ("=", "!"):
            _refuse("has a kind of group that cannot be matched in linear time")
        end = self._pattern.find(">", self._at)
        if end < 0:
            _refuse("has a group without a name")
        self._names[self._pattern[self._at : end]] = self._groups + 1
        self._at = end + 1

    def _escape(self) -> None:
        if self._peek() in ("b", "B"):
            self._emit(Instruction("assert", mark=self._take()))
        else:
            self._emit(Instruction("char", self._escaped()))

    def _escaped(self) -> Test:
        letter = self._take()
        if letter.lower() in _CLASSES:
            test = _CLASSES[letter.lower()]
            return test if letter.islower() else _opposite(test)
        if letter in "pP":
            return self._category(letter)
        return _exactly(self._character(letter))

    def _character(self, letter: str) -> str:
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in "ux":
            digits = self._pattern[self._at : self._at + (4 if letter == "u" else 2)]
            self._at += len(digits)
            try:
                return chr(int(digits, 16))
            except ValueError:
                _refuse("has an escape without its digits")
        if letter.isalnum():
            _refuse("refers back, or has an escape that is not known")
        return letter

    def _category(self, letter: str) -> Test:
        end = self._pattern.find("}", self._at)
        if self._take() != "{" or end < 0:
            _refuse("has a category without a name")
        name = self._pattern[self._at : end]
        self._at = end + 1

        def test(character: str) -> bool:
            return unicodedata.category(character).startswith(name)

        return test if letter == "p" else _opposite(test)

    def _class(self) -> Test:
        negated = self._accept("^")
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        tests: list[Test] = []
        first = True
        while first or self._peek() != "]":
            first = False
            low = self._member(tests)
            if low is None:
                continue
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._member(tests)
                if high is None or high < low:
                    _refuse("has a range that is none")
                ranges.append((low, high))
            else:
                singles.add(low)
        self._at += 1

        def test(character: str) -> bool:
            found = character in singles or any(low <= character <= high for low, high in ranges)
            return (found or any(each(character) for each in tests)) is not negated

        return test

    def _member(self, tests: list[Test]) -> str | None:
        """A character of a class, or None when it is a class itself, which goes to `tests`."""
        character = self._take()
        if character != "\\":
            return character
        if self._peek().lower() in ("d", "w", "s", "p"):
            tests.append(self._escaped())
            return None
        return "\b" if self._accept("b") else self._character(self._take())


def _exactly(literal: str) -> Test:
    return lambda character: character == literal


def _opposite(test: Test) -> Test:
    return lambda character: not test(character)


def _aim(split: Instruction, inside: int, after: int, lazy: bool) -> None:
    split.first, split.second = (after, inside) if lazy else (inside, after)


def _move(instruction: Instruction, origin: int, shift: int) -> None:
    """The instruction as it reads `shift` places further: what points into the moved part follows it."""
    if instruction.name in ("split", "jump"):
        instruction.first += shift if instruction.first >= origin else 0
        instruction.second += shift if instruction.second >= origin and instruction.name == "split" else 0
