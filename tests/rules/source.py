"""The project's own files, as the rules read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tests.conftest import REPOSITORY


@lru_cache(maxsize=1)
def tracked_files() -> tuple[Path, ...]:
    """What is, or is about to be, in the repository; every file outside the ignored folders when there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        ours = ("hygie", "tests", "docs", "scripts", "bench", "examples")
        listed = [str(path.relative_to(REPOSITORY)) for name in ours for path in (REPOSITORY / name).rglob("*")]
    paths = (REPOSITORY / name for name in listed if name)
    return tuple(path for path in paths if path.is_file() and "__pycache__" not in path.parts)


def python_files(*folders: str) -> Iterator[Path]:
    for path in tracked_files():
        inside = path.relative_to(REPOSITORY)
        if path.suffix == ".py" and inside.parts[0] in folders and "migrations" not in inside.parts:
            yield path


def templates() -> Iterator[Path]:
    for path in tracked_files():
        if path.suffix == ".html" and path.relative_to(REPOSITORY).parts[0] == "hygie":
            yield path


def shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
