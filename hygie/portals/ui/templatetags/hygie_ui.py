"""Components of the design layer as template tags.

Each takes named arguments only, but for the one thing that it shows; an unknown argument or value is an error when
the template is compiled or rendered, never a silent blank. Everything given is escaped.
"""

import datetime as dt
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hygie.portals.ui import words
from hygie.portals.ui.icons import class_icon, icon_paths

register = template.Library()

# kind → (modifier of the CSS class, icon)
_ALERTS = {
    "info": ("", "info-circle"),
    "success": ("hy-notice--ok", "circle-check"),
    "warning": ("hy-notice--todo", "alert-triangle"),
    "danger": ("hy-notice--stop", "alert-octagon"),
    "plain": ("hy-notice--plain", "info-circle"),
}
_TAGS = {
    "neutral": "",
    "line": "hy-tag--line",
    "info": "hy-tag--info",
    "success": "hy-tag--ok",
    "warning": "hy-tag--todo",
    "danger": "hy-tag--stop",
    "new": "hy-tag--new",
}
_ICON_SIZES = {"": "hy-icon", "s": "hy-icon hy-icon--s"}
_TILES = {
    "": "hy-tile",
    "sand": "hy-tile hy-tile--sand",
    "accent": "hy-tile hy-tile--accent",
    "danger": "hy-tile hy-tile--danger",
}
_FIELD_WIDTHS = {"": "", "20": "hy-field--w20", "10": "hy-field--w10"}
_HEADINGS = (2, 3, 4)


def _choose(table: dict[str, Any], value: str, what: str) -> Any:
    if value not in table:
        raise TemplateSyntaxError(f"{what} must be one of {', '.join(map(repr, table))}, not {value!r}")
    return table[value]


def _heading(level: int) -> str:
    if level not in _HEADINGS:
        raise TemplateSyntaxError(f"level must be one of {_HEADINGS}, not {level!r}")
    return f"h{level}"


def _icon(name: str, size: str = "", label: str = "") -> SafeString:
    paths = icon_paths().get(name)
    if paths is None:
        raise TemplateSyntaxError(f"unknown icon {name!r}: see /composants/ for the names")
    css = _choose(_ICON_SIZES, size, "size")
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}" focusable="false">{}</svg>',
            css,
            label,
            paths,
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', css, paths)


@register.simple_tag
def ui_icon(name: str, *, size: str = "", label: str = "") -> SafeString:
    """An icon by its name; decoration unless it has a `label`. `size="s"` beside text."""
    return _icon(name, size, label)


@register.simple_tag
def ui_tile(name: str, *, kind: str = "") -> SafeString:
    """An icon on a soft square: what kind of thing a row is. Kinds: "", "sand", "accent", "danger"."""
    return format_html('<span class="{}">{}</span>', _choose(_TILES, kind, "kind"), _icon(name))


@register.simple_tag
def ui_class_icon(class_code: str, *, kind: str = "") -> SafeString:
    """The tile of a class of documents (TRE_A03 code)."""
    return ui_tile(class_icon(class_code), kind=kind)


@register.simple_tag
def ui_tag(*, text: str, kind: str = "neutral", icon: str = "") -> SafeString:
    """A word, a shape, a colour. Kinds: neutral, line, info, success, warning, danger, new."""
    css = _choose(_TAGS, kind, "kind")
    return format_html('<span class="hy-tag {}">{} {}</span>', css, _icon(icon) if icon else "", text)


@register.inclusion_tag("ui/components/alert.html")
def ui_alert(
    *, kind: str = "info", title: str = "", text: str = "", level: int = 2, icon: str = "", live: bool = False
) -> dict[str, Any]:
    """A message with its icon. `live` announces it to a screen reader when the page opens."""
    css, default_icon = _choose(_ALERTS, kind, "kind")
    role = ("alert" if kind == "danger" else "status") if live else ""
    return {
        "css": css,
        "icon": icon or default_icon,
        "title": title,
        "text": text,
        "heading": _heading(level),
        "role": role,
    }


@register.inclusion_tag("ui/components/empty.html")
def ui_empty(
    *, title: str, text: str = "", icon: str = "file-text", action_label: str = "", action_url: str = "", level: int = 3
) -> dict[str, Any]:
    """An empty list: why, what will come, one action."""
    return {
        "title": title,
        "text": text,
        "icon": icon,
        "action_label": action_label,
        "action_url": action_url,
        "heading": _heading(level),
    }


@register.inclusion_tag("ui/components/pager.html")
def ui_pager(*, next_url: str = "", label: str = "") -> dict[str, Any]:
    """A link to what follows in a list; nothing at the end."""
    return {"next_url": next_url, "label": label}


@register.inclusion_tag("ui/components/crumbs.html")
def ui_crumbs(
    *, home_url: str, home_label: str, here: str = "", middle_url: str = "", middle_label: str = ""
) -> dict[str, Any]:
    """Where the page is: home, at most one step, here."""
    steps = [(home_url, home_label)] + ([(middle_url, middle_label)] if middle_url else [])
    return {"steps": steps, "here": here}


@register.inclusion_tag("ui/components/error_summary.html")
def ui_error_summary(form: forms.BaseForm, *, level: int = 2, focus: bool = True) -> dict[str, Any]:
    """All the errors of a form, each with a link to its field; nothing when there is none. It takes the focus."""
    lines = [("", str(message)) for message in form.non_field_errors()]
    for bound in form:
        target = _first_input_id(bound)
        lines += [(target, str(message)) for message in bound.errors]
    return {"lines": lines, "count": len(lines), "heading": _heading(level), "focus": focus}


@register.inclusion_tag("ui/components/field.html")
def ui_field(field: BoundField, *, width: str = "", hint: str = "") -> dict[str, Any]:
    """A label, a hint, the error and the input, tied together for a screen reader. Widths: "", "20", "10"."""
    css = _choose(_FIELD_WIDTHS, width, "width")
    hint = hint or str(field.help_text or "")
    described = [f"{field.auto_id}-hint"] if hint else []
    if field.errors:
        described.append(f"{field.auto_id}-error")
    shape = _shape(field.field.widget)
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if field.errors:
        attrs["aria-invalid"] = "true"
    css_of_input = {"select": "form-select", "input": "form-control", "file": "form-control"}.get(shape)
    if css_of_input:
        attrs["class"] = css_of_input
    return {
        "field": field,
        "css": css,
        "hint": hint,
        "shape": shape,
        "described": " ".join(described),
        "control": field.as_widget(attrs=attrs) if shape != "choices" else "",
        "options": list(field) if shape == "choices" else [],
        "optional": not field.field.required and shape != "checkbox",
    }


def _shape(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Select):
        return "select"
    return "file" if isinstance(widget, forms.FileInput) else "input"


def _first_input_id(bound: BoundField) -> str:
    if _shape(bound.field.widget) == "choices":
        first = next(iter(bound), None)
        return first.id_for_label if first is not None else bound.auto_id
    return bound.id_for_label or bound.auto_id


@register.filter
def day(value: dt.date | None) -> str:
    return words.day(value)


@register.filter
def moment(value: dt.datetime | None) -> str:
    return words.moment(value)


@register.filter
def filesize_fr(value: int) -> str:
    return words.file_size(int(value))


@register.filter
def label(text: str) -> str:
    return words.label(text)


@register.filter
def initials(value: object) -> str:
    return words.initials(str(value))


@register.filter
def age(born_on: dt.date, today: dt.date) -> str:
    return words.age(born_on, today)
