"""Contrast of the tokens in the three themes, by the WCAG formula; the automatic themes repeat the chosen ones."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[4] / "hygie" / "portals" / "ui" / "static" / "ui"
_SHEETS = ("theme.css", "base.css", "components.css", "pages.css", "print.css")
_DECLARATION = re.compile(r"--hy-([a-z0-9-]+):\s*([^;]+);")


def _blocks() -> dict[str, dict[str, str]]:
    """Tokens by theme: what each block of theme.css that sets colours declares, in the order of the file."""
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "theme.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [dict(_DECLARATION.findall(body)) for body in re.findall(r"\{([^{}]*)\}", css)]
    names = ("light", "dark", "contrast", "auto-dark", "auto-contrast")
    return dict(zip(names, [block for block in found if "bg" in block], strict=True))


BLOCKS = _blocks()
THEMES = {"light": 4.5, "dark": 4.5, "contrast": 7.0}
_GROUNDS = ("bg", "surface", "sunken")
TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "muted", "link", "primary") for ground in _GROUNDS],
    *[(text, "primary-soft") for text in ("text", "link", "primary", "primary-hover")],
    *[(kind, f"{kind}-soft") for kind in ("success", "warning", "danger", "info")],
    *[("text", f"{kind}-soft") for kind in ("success", "warning", "danger", "info", "accent")],
    *[(kind, "surface") for kind in ("success", "warning", "danger", "info")],
    *[("on-primary", "primary"), ("on-primary", "primary-hover"), ("on-danger", "danger"), ("on-accent", "accent")],
    *[("on-header", ground) for ground in ("header", "header-2")],
    *[("on-header-muted", ground) for ground in ("header", "header-2")],
    *[("primary-hover", ground) for ground in _GROUNDS],
    *[("header", "on-header"), ("on-demo", "demo"), ("warning", "accent-soft"), ("text", "paper"), ("muted", "paper")],
]
SHAPE_PAIRS = [
    *[("border-strong", ground) for ground in _GROUNDS],
    *[("primary", ground) for ground in (*_GROUNDS, "band")],
    *[(kind, "surface") for kind in ("success", "warning", "danger", "info")],
    *[(f"chart-{number}", "surface") for number in range(1, 6)],
    # The focus ring: a dark line and a saffron halo; one of the two shows on every ground.
    *[("text", ground) for ground in _GROUNDS],
    ("accent", "header"),
]


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_ratios():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme):
    tokens, asked = BLOCKS[theme], THEMES[theme]
    low = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < asked} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_shapes_that_carry_meaning_can_be_seen(theme):
    tokens = BLOCKS[theme]
    low = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in SHAPE_PAIRS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 3} == {}


def test_the_system_preference_gives_exactly_the_chosen_theme():
    assert BLOCKS["auto-dark"] == BLOCKS["dark"]
    assert BLOCKS["auto-contrast"] == BLOCKS["contrast"]


def test_a_theme_says_every_colour_of_the_neutral_one():
    assert set(BLOCKS["dark"]) == set(BLOCKS["light"]) == set(BLOCKS["contrast"])


def test_colours_are_written_in_the_tokens_and_on_paper_only():
    elsewhere = [name for name in _SHEETS if name not in ("theme.css", "print.css")]
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    assert {name: colour.findall((STATIC / name).read_text(encoding="utf-8")) for name in elsewhere} == {
        name: [] for name in elsewhere
    }


def test_every_token_that_is_used_exists():
    text = "\n".join((STATIC / sheet).read_text(encoding="utf-8") for sheet in _SHEETS)
    declared = set(re.findall(r"--hy-([a-z0-9-]+):", text))
    used = set(re.findall(r"var\(--hy-([a-z0-9-]+)", text))
    assert used - declared == set()


def test_all_style_sheets_together_fit_the_budget():
    sheets = [STATIC / name for name in _SHEETS] + sorted((STATIC / "vendor").glob("*.css"))
    assert sum(len(gzip.compress(each.read_bytes(), 9)) for each in sheets) <= 35_000
    assert len(gzip.compress((STATIC / "hygie.js").read_bytes(), 9)) <= 3_000


def test_no_style_sheet_draws_from_a_data_address_that_the_policy_forbids():
    assert [path.name for path in STATIC.rglob("*.css") if "data:" in path.read_text(encoding="utf-8")] == []


def test_vendored_files_are_the_ones_that_are_recorded():
    record = (STATIC / "vendor" / "VENDOR.md").read_text(encoding="utf-8")
    recorded = dict(re.findall(r"^\| `([a-z.-]+)` \|.*\| `([A-Za-z0-9+/=]{64})` \|$", record, flags=re.MULTILINE))
    files = [path for path in (STATIC / "vendor").iterdir() if path.name != "VENDOR.md"]
    digests = {path.name: base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode() for path in files}
    assert digests == recorded
