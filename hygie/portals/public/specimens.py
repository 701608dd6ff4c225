"""What the gallery shows: a form in all its states, the names of the icons and of the tokens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hygie.portals.ui.icons import icon_paths

_TOKENS = (
    "bg surface sunken text muted border-strong primary primary-hover primary-soft header accent accent-soft success "
    "success-soft warning warning-soft danger danger-soft info info-soft chart-1 chart-2 chart-3 chart-4 chart-5 band"
).split()


class SpecimenForm(forms.Form):
    title = forms.CharField(label=_("Titre du document"), help_text=_("Exemple : ordonnance de lunettes"))
    kind = forms.ChoiceField(
        label=_("Type de document"),
        choices=[("", _("Choisir")), ("a", _("Ordonnance")), ("b", _("Compte rendu"))],
        error_messages={"required": _("Choisissez le type du document")},
    )
    dated_on = forms.DateField(
        label=_("Date du document"),
        help_text=_("Exemple : 12/03/2026"),
        error_messages={"invalid": _("Écrivez la date avec un jour, un mois et une année")},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    file = forms.FileField(label=_("Fichier"), help_text=_("PDF, photo ou texte, 20 Mo au plus"), required=False)
    note = forms.CharField(label=_("Note pour vous"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    how_long = forms.ChoiceField(
        label=_("Combien de temps ?"),
        choices=[("1h", _("1 heure")), ("24h", _("24 heures")), ("30d", _("30 jours"))],
        error_messages={"required": _("Choisissez une durée")},
        widget=forms.RadioSelect,
    )
    what = forms.MultipleChoiceField(
        label=_("Ce que la personne voit"),
        choices=[("t", _("Mes traitements")), ("r", _("Mes résultats"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sure = forms.BooleanField(
        label=_("J’ai lu les conséquences"),
        help_text=_("Vous pourrez revenir en arrière"),
        error_messages={"required": _("Cochez la case pour continuer")},
    )


def specimens() -> dict[str, Any]:
    """The context of the gallery page."""
    return {
        "icons": sorted(icon_paths()),
        "tokens": _TOKENS,
        "empty_form": SpecimenForm(auto_id="vide_%s"),
        "wrong_form": SpecimenForm({"title": "Lunettes", "dated_on": "12/03"}, auto_id="erreur_%s"),
    }
