"""Writes docs/reference/settings.md from the table of `env.py`: `make settings`. A test compares the two."""

from hygie.config.env import VARIABLES

_HEAD = """\
# Settings

Written by `make settings` from `hygie/config/env.py`, the only place that reads the environment. A bad value stops the
start with the name of the variable; `hygie check` names the weak ones. An empty variable is as if it was not set.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    rows = [f"| `{each.name}` | {f'`{each.default}`' if each.default else 'none'} | {each.doc} |" for each in VARIABLES]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
