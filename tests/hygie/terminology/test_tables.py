from importlib import resources

import pytest

from hygie.terminology.tables import read_table

FOLDER = resources.files("hygie.terminology") / "data"
NAMES = sorted(path.name.removesuffix(".csv") for path in FOLDER.iterdir() if path.name.endswith(".csv"))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_names_its_source_and_licence(name: str) -> None:
    head = [line for line in (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert head[0].startswith("# source: ")
    assert "licence" in "\n".join(head).lower() or "own words" in "\n".join(head)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_whole_and_trimmed(name: str) -> None:
    rows = read_table(name)
    assert rows
    for row in rows:
        assert None not in row and None not in row.values(), row
        assert all(value == value.strip() for value in row.values()), row


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("code_systems", "document_formats")])
def test_no_code_comes_twice(name: str) -> None:
    codes = [row["code"] for row in read_table(name)]
    assert len(codes) == len(set(codes))


def test_no_row_of_a_system_contradicts_another() -> None:
    rows = read_table("code_systems")
    assert all(bool(row["oid"]) != bool(row["same_as"]) for row in rows)
    systems = {row["system"] for row in rows if row["oid"]}
    assert {row["same_as"] for row in rows if row["same_as"]} <= systems


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_table("no_such_table")
