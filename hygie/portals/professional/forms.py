"""Forms of professionals. Each error says what to do, none repeats what was typed."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hygie.identity.ins import INS, NIR
from hygie.identity.types import OrganizationView
from hygie.lib.errors import Invalid
from hygie.portals.exercises import Exercise

_DAY = re.compile(r"(\d{1,2})\D?(\d{1,2})\D?(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class DayField(forms.Field):
    """A day typed with the keyboard: 12/03/1984, 12-03-1984, 12 3 1984, 12031984 or 1984-03-12."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={**_TYPED, "inputmode": "numeric", "maxlength": "20"}))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> Any:
        if isinstance(value, dt.date):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        if iso := _ISO.fullmatch(text):
            year, month, day = iso.groups()
        elif found := _DAY.fullmatch(text):
            day, month, year = found.groups()
        else:
            raise forms.ValidationError(gettext("Écrivez une date complète : jour, mois et année"))
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError as error:
            raise forms.ValidationError(gettext("Cette date n’existe pas dans le calendrier")) from error


class PatientSearchForm(forms.Form):
    matricule = forms.CharField(
        label=_("Matricule INS"),
        help_text=_("15 caractères, clé comprise. Avec ou sans espaces."),
        max_length=40,
        error_messages={"required": _("Écrivez le matricule INS du patient")},
        widget=forms.TextInput(attrs={**_TYPED, "data-hy-shortcut": "/", "class": "hy-num"}),
    )
    born_on = DayField(
        label=_("Date de naissance"),
        help_text=_("Par exemple 12/03/1984"),
        error_messages={"required": _("Écrivez la date de naissance du patient")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_matricule(self) -> str:
        """The 15 characters, key checked; whichever root the instance accepts is tried afterwards."""
        typed = self.cleaned_data["matricule"]
        try:
            return INS.parse(NIR, typed).value
        except Invalid as error:
            if error.code == "ins-key":
                raise forms.ValidationError(
                    gettext("La clé ne correspond pas au matricule : un caractère est faux. Vérifiez la saisie")
                ) from error
            count = len(re.sub(r"[\s.\u00a0\u202f-]", "", typed))
            if count != 15:
                raise forms.ValidationError(
                    ngettext(
                        "Le matricule a 15 caractères, clé comprise : vous en avez écrit %(count)s",
                        "Le matricule a 15 caractères, clé comprise : vous en avez écrit %(count)s",
                        count,
                    )
                    % {"count": count}
                ) from error
            raise forms.ValidationError(
                gettext("Ce matricule n’a pas la forme d’un INS. Vérifiez la saisie")
            ) from error

    def clean_born_on(self) -> dt.date:
        born_on: dt.date = self.cleaned_data["born_on"]
        if born_on > self._today:
            raise forms.ValidationError(gettext("Cette date est dans l’avenir"))
        return born_on


class OrganizationForm(forms.Form):
    organization = forms.ChoiceField(
        label=_("Structure pour laquelle vous agissez"),
        error_messages={
            "required": _("Choisissez une structure"),
            "invalid_choice": _("Choisissez une des structures de la liste"),
        },
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, organizations: tuple[OrganizationView, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.id), f"{each.name}, {each.city}" if each.city else each.name) for each in organizations]
        self.fields["organization"].choices = choices

    def clean_organization(self) -> uuid.UUID:
        return uuid.UUID(self.cleaned_data["organization"])


class ExerciseForm(forms.Form):
    organization = forms.ChoiceField(
        label=_("Activité que vous exercez maintenant"),
        error_messages={
            "required": _("Choisissez une activité"),
            "invalid_choice": _("Choisissez une des activités de la liste"),
        },
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, exercises: Sequence[Exercise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = [(each.key, each.label) for each in exercises]


class ConsentForm(forms.Form):
    agreed = forms.BooleanField(
        label=_("Le patient m’a donné son accord pour que j’ouvre son dossier"),
        error_messages={"required": _("Cochez la case si le patient vous a donné son accord")},
    )


class DocumentFilterForm(forms.Form):
    """The filters of the list, from the address; what is not understood is said, and filters nothing."""

    q = forms.CharField(label=_("Rechercher dans les documents"), max_length=200, required=False)
    type = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    auteur = forms.ChoiceField(label=_("Auteur"), required=False)
    du = DayField(label=_("Du"), required=False, help_text=_("Par exemple 01/01/2025"))
    au = DayField(label=_("Au"), required=False, help_text=_("Par exemple 31/12/2025"))

    def __init__(self, *args: Any, authors: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("auteur", "")
        known = sorted({*authors, *([chosen] if chosen else [])})
        self.fields["auteur"].choices = [("", gettext("Tous les auteurs")), *((name, name) for name in known)]


class DepositForm(forms.Form):
    document = forms.FileField(
        label=_("Document CDA"),
        error_messages={
            "required": _("Choisissez le fichier à déposer"),
            "empty": _("Ce fichier est vide"),
            "invalid": _("Choisissez le fichier à déposer"),
        },
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )

    def clean_document(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["document"]
        limit = settings.HYGIE_DOCUMENT_BYTES
        if upload.size and upload.size > limit:
            raise forms.ValidationError(
                gettext("Le fichier est trop gros : %(limit)s Mo au plus") % {"limit": limit // (1024 * 1024)}
            )
        return upload
