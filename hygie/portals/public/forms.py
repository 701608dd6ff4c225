"""Forms of the public pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hygie.portals.ui.display import SIZES, SPACINGS, THEMES

_THEME_WORDS = {
    "auto": _("Comme mon appareil"),
    "neutral": _("Clair"),
    "dark": _("Sombre"),
    "contrast": _("Contraste élevé"),
}
_SIZE_WORDS = {"100": _("Normale"), "125": _("Grande"), "150": _("Très grande"), "200": _("Double")}
_SPACING_WORDS = {"normal": _("Normal"), "wide": _("Large")}


class DisplayForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Couleurs"), choices=[(each, _THEME_WORDS[each]) for each in THEMES], widget=forms.RadioSelect
    )
    size = forms.ChoiceField(
        label=_("Taille du texte"), choices=[(each, _SIZE_WORDS[each]) for each in SIZES], widget=forms.RadioSelect
    )
    spacing = forms.ChoiceField(
        label=_("Espacement du texte"),
        choices=[(each, _SPACING_WORDS[each]) for each in SPACINGS],
        help_text=_("Large : plus d’espace entre les lettres, les mots et les lignes."),
        widget=forms.RadioSelect,
    )
