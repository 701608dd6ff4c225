"""Display choices of a person on this device: theme, text size, spacing. Kept in a cookie that holds nothing else.

The cookie is `theme.size.spacing` (`dark.125.wide`); a part that is not one of the choices is the default one.
"""

from dataclasses import dataclass

COOKIE = "hygie-display"
COOKIE_SECONDS = 365 * 24 * 3600
THEMES = ("auto", "neutral", "dark", "contrast")
SIZES = ("100", "125", "150", "200")
SPACINGS = ("normal", "wide")


@dataclass(frozen=True, slots=True)
class Display:
    theme: str = "auto"
    size: str = "100"
    spacing: str = "normal"

    @property
    def bootstrap_theme(self) -> str:
        """Value of `data-bs-theme`; empty lets the system's preference choose."""
        return {"auto": "", "dark": "dark"}.get(self.theme, "light")

    def to_cookie(self) -> str:
        return f"{self.theme}.{self.size}.{self.spacing}"


def make_display(*, theme: str, size: str, spacing: str) -> Display:
    return Display(
        theme if theme in THEMES else "auto",
        size if size in SIZES else "100",
        spacing if spacing in SPACINGS else "normal",
    )


def read_display(cookie: str) -> Display:
    theme, size, spacing = (*cookie[:64].split("."), "", "", "")[:3]
    return make_display(theme=theme, size=size, spacing=spacing)
