"""What people type in this portal, and the plain sentence for each thing that does not fit."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hygie.portals.ui.words import label
from hygie.record.types import Origin
from hygie.terminology import queries as terminology

# What a browser may offer in its own file chooser; the bytes decide later.
_ACCEPTED = "application/pdf,image/jpeg,image/png,text/plain,.pdf,.jpg,.jpeg,.png,.txt"
_TITLE_LENGTH = 120
_OLDEST_YEAR = 1900


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Words(forms.CharField):
    """Text of one line; control characters are blanks."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class DocumentFilterForm(forms.Form):
    q = _Words(required=False, max_length=100)
    classe = _Words(required=False, max_length=8)
    auteur = _Words(required=False, max_length=200)
    origine = forms.ChoiceField(
        required=False,
        label=_("Origine"),
        choices=[
            ("", _("Toutes les origines")),
            (Origin.PROFESSIONAL.value, _("Reçus de soignants")),
            (Origin.PATIENT.value, _("Ajoutés par vous")),
            (Origin.DEVICE.value, _("Envoyés par un appareil")),
            (Origin.INSURANCE.value, _("Envoyés par l’assurance maladie")),
        ],
    )
    du = forms.DateField(
        required=False,
        label=_("À partir du"),
        widget=_Day(),
        error_messages={"invalid": _("La date de début n’est pas une date. Exemple : 16/03/2026.")},
    )
    au = forms.DateField(
        required=False,
        label=_("Jusqu’au"),
        widget=_Day(),
        error_messages={"invalid": _("La date de fin n’est pas une date. Exemple : 16/03/2026.")},
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("du"), values.get("au")
        if first and last and first > last:
            self.add_error("au", gettext("La date de fin est avant la date de début."))
        return values


class _EitherFile(forms.FileField):
    """One of two file fields of which one is enough: not optional on screen, and absent without an error of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        return super().clean(data, initial) if data else None


class DocumentAddForm(forms.Form):
    """A file, or a photo taken with a phone: exactly one of the two."""

    use_required_attribute = False
    file = _EitherFile(
        label=_("Fichier"),
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
    )
    photo = _EitherFile(
        label=_("Ou une photo, prise maintenant"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )
    kind = forms.ChoiceField(
        label=_("Type de document"),
        error_messages={
            "required": _("Choisissez le type de document."),
            "invalid_choice": _("Choisissez un type de la liste."),
        },
    )
    dated_on = forms.DateField(
        label=_("Date du document"),
        help_text=_("La date écrite sur le document. Exemple : 16/03/2026."),
        widget=_Day(),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y"],
        error_messages={
            "required": _("Indiquez la date du document."),
            "invalid": _("Cette date n’existe pas. Exemple : 16/03/2026."),
        },
    )
    title = _Words(
        required=False,
        max_length=_TITLE_LENGTH,
        label=_("Titre"),
        help_text=_("Des mots pour le retrouver. Exemple : ordonnance de lunettes."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Le titre est trop long : 120 caractères au plus.")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        kinds = [
            (kind.code, label(terminology.plain_title(kind.code))) for kind in terminology.patient_document_types()
        ]
        self.fields["kind"].choices = [("", gettext("Choisir un type")), *kinds]  # type: ignore[attr-defined]
        self.fields["file"].help_text = gettext("PDF, photo (JPEG ou PNG) ou texte. %(size)s au plus.") % _limit()

    def clean_dated_on(self) -> dt.date:
        dated_on: dt.date = self.cleaned_data["dated_on"]
        if dated_on > self.today:
            raise forms.ValidationError(gettext("Cette date est dans le futur. Vérifiez l’année."))
        if dated_on.year < _OLDEST_YEAR:
            raise forms.ValidationError(gettext("Cette date est trop ancienne. Vérifiez l’année."))
        return dated_on

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [name for name in ("file", "photo") if values.get(name)]
        if not given:
            self.add_error("file", gettext("Choisissez un fichier ou prenez une photo."))
        elif len(given) == 2:
            self.add_error("photo", gettext("Gardez le fichier ou la photo, pas les deux."))
        else:
            self._check_size(given[0], values[given[0]].size)
        return values

    def _check_size(self, name: str, size: int) -> None:
        if size == 0:
            self.add_error(name, gettext("Ce fichier est vide. Choisissez-en un autre."))
        elif size > settings.HYGIE_DOCUMENT_BYTES:
            self.add_error(name, gettext("Ce fichier est trop gros : %(size)s au plus.") % _limit())

    @property
    def upload_name(self) -> str:
        """The field that holds the file."""
        return "file" if self.cleaned_data.get("file") else "photo"


def _limit() -> dict[str, str]:
    """The size that is told is a round one; the one that is checked is a little larger."""
    return {"size": gettext("%(size)s Mo") % {"size": settings.HYGIE_DOCUMENT_BYTES // (1024 * 1024)}}


class AttendingBlockForm(forms.Form):
    understood = forms.BooleanField(
        label=_("Je comprends que le médecin traitant ne verra plus rien du dossier"),
        error_messages={"required": _("Cochez la case pour confirmer.")},
    )


class TeamForm(forms.Form):
    attending = forms.BooleanField(
        required=False,
        label=_("C’est le médecin traitant"),
        help_text=_("Il verra tout le dossier, même les documents masqués. Il remplace le précédent."),
    )


class JournalForm(forms.Form):
    """Filters of « Qui a vu »; what does not fit is ignored, a list is never closed by a bad address."""

    PERIODS = {"30": 30, "365": 365}

    qui = forms.ChoiceField(required=False, choices=[("professionnels", ""), ("proches", ""), ("tout", "")])
    periode = forms.ChoiceField(
        required=False,
        label=_("Période"),
        choices=[("", _("Toutes les dates")), ("30", _("30 derniers jours")), ("365", _("12 derniers mois"))],
    )
    personne = forms.UUIDField(required=False)
    refus = forms.BooleanField(required=False, label=_("Seulement les accès refusés"))
    avant = forms.IntegerField(required=False, min_value=1, max_value=2**62)
