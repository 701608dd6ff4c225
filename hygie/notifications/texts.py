"""The words that leave. They say that something happened and where to look; never what it is about."""

from django.utils.translation import gettext_lazy as _

from hygie.lib.errors import Invalid
from hygie.notifications.types import Text

# `gettext_lazy` keeps the French until the language of the reader is known.
TEXTS: dict[str, Text] = {
    text.key: text
    for text in (
        Text(
            "sign-in.code",
            _("Votre code Hygie"),
            _("Hygie : votre code est {code}. Il sert une fois, pendant {minutes} minutes. Ne le donnez à personne."),
        ),
        Text(
            "sign-in.reset",
            _("Votre code pour un nouveau mot de passe"),
            _("Hygie : votre code est {code}, pendant {minutes} minutes. Si vous n’avez rien demandé, ne faites rien."),
        ),
        Text(
            "sign-in.new-device",
            _("Connexion depuis un nouvel appareil"),
            _(
                "Hygie : connexion le {moment} depuis un nouvel appareil ({device})."
                " Ce n’est pas vous ? Ouvrez « Mes appareils » : {address}"
            ),
        ),
        Text(
            "sign-in.means-added",
            _("Un moyen de connexion a été ajouté"),
            _(
                "Hygie : un moyen de connexion a été ajouté le {moment}. Ce n’est pas vous ? Ouvrez « Ma connexion » : {address}"
            ),
        ),
        Text(
            "sign-in.means-removed",
            _("Un moyen de connexion a été retiré"),
            _(
                "Hygie : un moyen de connexion a été retiré le {moment}. Ce n’est pas vous ? Ouvrez « Ma connexion » : {address}"
            ),
        ),
        Text(
            "sign-in.recovery-used",
            _("Un code de secours a servi"),
            _(
                "Hygie : un code de secours a servi le {moment}. Ce n’est pas vous ? Ouvrez « Ma connexion » : {address}"
            ),
        ),
        Text(
            "sign-in.password-changed",
            _("Votre mot de passe a changé"),
            _("Hygie : votre mot de passe a changé le {moment}. Ce n’est pas vous ? Demandez de l’aide : {address}"),
        ),
    )
}


def find(key: str) -> Text:
    if key not in TEXTS:
        raise Invalid("No such text.", code="text-unknown")
    return TEXTS[key]
