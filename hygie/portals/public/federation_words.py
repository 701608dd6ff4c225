"""What a person reads when a sign-in by a provider does not go through: what happened, and what to do."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from hygie.identity.federation.types import Provider
from hygie.lib.errors import AccessRefused, HygieError, Unavailable

_ = gettext_lazy
NAMES = {"franceconnect": "FranceConnect+", "prosanteconnect": "Pro Santé Connect"}


@dataclass(frozen=True, slots=True)
class Problem:
    """`%(provider)s` is the provider's name. `again`: starting again may help."""

    title: Any
    happened: Any
    todo: Any
    again: bool = True


_LATE = Problem(
    _("Cette connexion n’est plus valable"),
    _("Elle a duré trop longtemps, elle a déjà servi, ou elle a commencé dans un autre navigateur."),
    _("Recommencez depuis cette page. N’utilisez pas le bouton « Précédent » ni un lien reçu."),
)
_DOWN = Problem(
    _("%(provider)s ne répond pas"),
    _("Le service est arrêté, trop lent, ou répond de travers. Cela ne vient pas de vous."),
    _("Attendez quelques minutes, puis recommencez. Vous pouvez aussi vous connecter d’une autre façon."),
)
_UNSURE = Problem(
    _("La réponse de %(provider)s n’a pas pu être vérifiée"),
    _("Par sécurité, elle a été rejetée en entier. Personne n’a été connecté."),
    _("Recommencez. Si cela se reproduit, donnez-nous le code écrit plus bas."),
)
PROBLEMS: dict[str, Problem] = {
    "return-unknown": _LATE,
    "return-old": _LATE,
    "provider-refused": Problem(
        _("La connexion avec %(provider)s n’a pas été terminée"),
        _("Vous l’avez annulée, ou %(provider)s l’a refusée."),
        _("Recommencez quand vous le souhaitez, ou connectez-vous d’une autre façon."),
    ),
    "level-too-low": Problem(
        _("Il faut une preuve d’identité plus forte"),
        _("Le compte choisi chez %(provider)s ne protège pas assez des données de santé."),
        _("Recommencez, et choisissez un compte vérifié : France Identité, L’Identité Numérique La Poste ou e-CPS."),
    ),
    "level-unknown": _UNSURE,
    "identity-unknown": Problem(
        _("Aucun espace n’a exactement cette identité"),
        _("Le nom de naissance, tous les prénoms, le sexe, la date et le lieu de naissance doivent être les mêmes."),
        _(
            "Votre identité n’est peut-être pas encore vérifiée par un professionnel : montrez-lui une pièce d’identité. "
            "Si votre état civil a une erreur, demandez à l’Insee de le corriger."
        ),
        again=False,
    ),
    "identity-ambiguous": Problem(
        _("Plusieurs personnes ont exactement cette identité"),
        _("Pour ne jamais ouvrir l’espace d’un autre, la connexion s’arrête ici."),
        _("Connectez-vous d’une autre façon, ou demandez de l’aide : un agent vérifiera votre numéro de santé (INS)."),
        again=False,
    ),
    "identity-taken": Problem(
        _("Cet espace est déjà relié à une autre identité"),
        _("Une autre identité de %(provider)s ouvre cet espace. Les deux ne peuvent pas l’ouvrir."),
        _("Connectez-vous d’une autre façon, et demandez de l’aide : un agent vérifiera qui vous êtes."),
        again=False,
    ),
    "other-person": Problem(
        _("Ce n’est pas la même personne"),
        _("L’identité donnée par %(provider)s n’est pas celle de la personne connectée ici. Rien n’a changé."),
        _("Recommencez avec votre propre identité. Pour changer de personne, déconnectez-vous d’abord."),
    ),
    "space-closed": Problem(
        _("Cet espace est fermé"),
        _("Votre identité est reconnue, mais l’espace n’est plus ouvert."),
        _("Lisez l’aide pour savoir ce qui est conservé, et comment demander la réouverture."),
        again=False,
    ),
    "account-closed": Problem(
        _("Ce compte est fermé"),
        _("Votre identité est reconnue, mais le compte n’ouvre plus rien."),
        _("Demandez de l’aide si vous ne l’avez pas fermé vous-même."),
        again=False,
    ),
    "professional-unknown": Problem(
        _("L’annuaire ne vous connaît pas encore"),
        _("Pro Santé Connect vous reconnaît, mais notre copie de l’annuaire santé n’a pas votre numéro."),
        _("Une nouvelle inscription arrive ici en un ou deux jours. Ensuite, demandez de l’aide."),
        again=False,
    ),
    "professional-struck-off": Problem(
        _("Vous n’êtes plus inscrit dans l’annuaire"),
        _("L’annuaire santé dit que vous n’exercez plus. Les dossiers des patients ne vous sont plus ouverts."),
        _("Si c’est une erreur, demandez à votre ordre, ou à votre employeur, de la corriger."),
        again=False,
    ),
}


def problem_page(request: HttpRequest, provider: Provider, error: HygieError, *, suite: str) -> HttpResponse:
    """422 what came cannot be used, 403 somebody says no, 503 the provider fails. The code helps whoever is asked."""
    problem = PROBLEMS.get(error.code, _DOWN if isinstance(error, Unavailable) else _UNSURE)
    status = 503 if isinstance(error, Unavailable) else 403 if isinstance(error, AccessRefused) else 422
    named = {"provider": NAMES[provider.name]}
    question = f"?{urlencode({'suite': suite})}" if suite else ""
    context = {
        "title": str(problem.title) % named,
        "happened": str(problem.happened) % named,
        "todo": str(problem.todo) % named,
        "again": reverse("public:federation_start", args=[provider.name]) + question if problem.again else "",
        "again_label": gettext("Recommencer avec %(provider)s") % named,
        "code": f"{status}-{error.code}",
        "hide_sign_in": True,
    }
    response = render(request, "public/federation_problem.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
