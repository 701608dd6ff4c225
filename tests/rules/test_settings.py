"""One file reads the environment, and one page says all that it reads."""

import ast
import re

from django.conf import settings

from hygie.config.env import VARIABLES
from hygie.config.settings_page import page
from tests.rules import source

PAGE = source.REPOSITORY / "docs" / "reference" / "settings.md"
# env.py reads; the others only hand an environment to the settings or to a process.
TOUCH_ENVIRONMENT = {"hygie/config/env.py", "hygie/config/cli.py", "hygie/config/wsgi.py"}
OF_THE_TESTS = {"HYGIE_TEST_DB", "HYGIE_CAMPAIGN_MINUTES", "HYGIE_CAMPAIGN_SEED"}
_NAME = re.compile(r"\bHYGIE_[A-Z_]*[A-Z]\b")
_READERS = {".py", ".md", ".yml", ".toml", ""}


def test_the_page_is_the_table_of_the_source():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make settings`"


def test_only_env_reads_the_environment():
    found = set()
    for path in source.python_files("hygie"):
        for node in ast.walk(source.parse(path)):
            reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
            imports = (
                isinstance(node, ast.ImportFrom)
                and node.module == "os"
                and {alias.name for alias in node.names} & {"environ", "getenv", "environb"}
            )
            if reads or imports:
                found.add(source.shown(path))
    assert found <= TOUCH_ENVIRONMENT


def test_every_variable_that_is_named_anywhere_exists():
    known = {variable.name for variable in VARIABLES} | OF_THE_TESTS
    known |= {name for name in dir(settings) if name.startswith("HYGIE_")}
    unknown = {}
    for path in source.tracked_files():
        inside = path.relative_to(source.REPOSITORY)
        if path.suffix in _READERS and inside.parts[0] != "tests":
            names = set(_NAME.findall(path.read_text(encoding="utf-8", errors="replace"))) - known
            if names:
                unknown[str(inside)] = names
    assert unknown == {}
