"""What is typed to come in. Codes may be pasted, with their blanks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _username(autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=_("Identifiant"),
        max_length=150,
        error_messages={"required": _("Écrivez votre identifiant")},
        widget=forms.TextInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"}),
    )


def _password(label: Any, missing: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=200,
        strip=False,
        error_messages={"required": missing},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def _own_password() -> forms.CharField:
    return _password(_("Mot de passe"), _("Écrivez votre mot de passe"), "current-password")


class SignInForm(forms.Form):
    username = _username("username webauthn")
    password = _own_password()

    def __init__(self, *arguments: Any, kiosk: bool = False, **named: Any) -> None:
        """On a shared computer the browser is asked to keep nothing."""
        super().__init__(*arguments, **named)
        if kiosk:
            for field in self.fields.values():
                field.widget.attrs["autocomplete"] = "off"


class CodeForm(forms.Form):
    """A code of six digits, from an application or from a message."""

    code = forms.CharField(
        label=_("Code à 6 chiffres"),
        max_length=40,
        error_messages={"required": _("Écrivez le code")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class RecoveryForm(forms.Form):
    """A code on paper."""

    code = forms.CharField(
        label=_("Code de secours"),
        help_text=_("Il ressemble à ABCDE-FGHJK-23456. Chaque code sert une fois."),
        max_length=60,
        error_messages={"required": _("Écrivez un code de secours")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PasswordForm(forms.Form):
    code = _own_password()


class ForgottenForm(forms.Form):
    username = _username("username")


class NewPasswordForm(forms.Form):
    password = _password(
        _("Nouveau mot de passe"),
        _("Écrivez un nouveau mot de passe"),
        "new-password",
        _("12 caractères ou plus. Une phrase est plus facile à retenir. Vous pouvez le coller."),
    )
