"""Small files, small functions, and no room whose name says nothing."""

import ast

from tests.rules import source

SOURCE_LINES = 400
TEST_LINES = 600
FUNCTION_LINES = 40
# "path" or "path::function" → why it is longer
LONGER: dict[str, str] = {}
NAMELESS_ROOMS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"}
ROOMS_ALLOWED = {"hygie/fhir/core"}  # the core of the engine is its name in the architecture


def _long_files() -> dict[str, int]:
    found = {}
    for path in source.python_files("hygie", "tests", "bench"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        limit = TEST_LINES if path.name.startswith("test_") else SOURCE_LINES
        if lines > limit:
            found[source.shown(path)] = lines
    return found


def _long_functions() -> dict[str, int]:
    found = {}
    for path in source.python_files("hygie", "tests", "bench"):
        for node in ast.walk(source.parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found[f"{source.shown(path)}::{node.name}"] = lines
    return found


def test_files_are_small():
    assert {name: lines for name, lines in _long_files().items() if name not in LONGER} == {}


def test_functions_are_small():
    assert {name: lines for name, lines in _long_functions().items() if name not in LONGER} == {}


def test_each_exception_is_still_needed():
    assert set(LONGER) <= set(_long_files()) | set(_long_functions())


def test_rooms_are_named_after_what_they_hold():
    bad = set()
    for path in source.python_files("hygie", "tests", "bench"):
        inside = path.with_suffix("").relative_to(source.REPOSITORY)
        for depth, name in enumerate(inside.parts, start=1):
            room = "/".join(inside.parts[:depth])
            allowed = room in ROOMS_ALLOWED or room.removeprefix("tests/") in ROOMS_ALLOWED
            if name.removeprefix("test_") in NAMELESS_ROOMS and not allowed:
                bad.add(room)
    assert bad == set()
