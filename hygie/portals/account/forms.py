"""Names and codes of one's own means of sign-in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hygie.portals.public.sign_in_forms import CodeForm

NAME_LENGTH = 40


class _Name(forms.CharField):
    """One line; control characters are blanks."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _name() -> _Name:
    return _Name(
        label=_("Nom de ce moyen"),
        help_text=_("Pour le reconnaître. Exemple : mon téléphone."),
        max_length=NAME_LENGTH,
        error_messages={
            "required": _("Donnez un nom à ce moyen"),
            "max_length": _("Le nom a 40 caractères au plus"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NameForm(forms.Form):
    name = _name()


class ApplicationForm(CodeForm):
    name = _name()
    field_order = ["code", "name"]
