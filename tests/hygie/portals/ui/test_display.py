"""The display cookie: three words among those known, whatever is sent."""

import pytest

from hygie.portals.ui.display import SIZES, SPACINGS, THEMES, Display, make_display, read_display


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "...",
        "dark",
        'dark"><script>.100.normal',
        "../../etc/passwd",
        "dark.9999.wide",
        "contrast.100.huge",
        "a" * 5000,
        "dark.125.wide.extra.extra",
        "\x00.\x00.\x00",
    ],
)
def test_a_cookie_that_was_tampered_with_gives_known_choices_only(cookie):
    found = read_display(cookie)
    assert found.theme in THEMES and found.size in SIZES and found.spacing in SPACINGS


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_what_is_chosen_is_read_back(theme, size):
    chosen = make_display(theme=theme, size=size, spacing="wide")
    assert read_display(chosen.to_cookie()) == chosen


def test_an_unknown_part_does_not_spoil_the_others():
    assert read_display("dark.77.wide") == Display("dark", "100", "wide")


def test_the_automatic_theme_leaves_the_choice_to_the_system():
    assert Display("auto").bootstrap_theme == ""
    assert Display("contrast").bootstrap_theme == Display("neutral").bootstrap_theme == "light"
