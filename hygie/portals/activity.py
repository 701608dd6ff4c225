"""How each event of the journal is told, in one plain sentence; the journal itself keeps codes and opaque ids only.

A sentence never says « votre » of the record: the reader may act for a child. `%(who)s` and `%(what)s` are filled by
`tell` with names looked up now; `what` is a title or, for several documents, a count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hygie.access.types import AccessLine
from hygie.identity.types import ProfessionalView
from hygie.portals.ui import words
from hygie.terminology import queries as terminology

_HOLE = re.compile(r"%\((\w+)\)s")
_QUALIFICATION = re.compile(r"\s*\([A-Z]+\)$")
_SPECIALISTS = frozenset({"Médecin", "Chirurgien-Dentiste"})
_GENERAL_PRACTICE = frozenset({"SM26", "SM53", "SM54"})


@dataclass(frozen=True, slots=True)
class Telling:
    """`them` is said of somebody else, `me` of the reader, `refused` of an act that the rules did not let through;
    `nothing` stands for an object whose name is not known."""

    icon: str
    them: str
    me: str
    refused: str = _("%(who)s a essayé d’ouvrir le dossier. L’accès a été refusé.")
    nothing: str = _("un document")


_REFUSED_READ = _("%(who)s a essayé de consulter un document. L’accès a été refusé.")
_REFUSED_WRITE = _("%(who)s a essayé de déposer un document. Le dépôt a été refusé.")
_REFUSED_ME = _("Vous avez demandé quelque chose qui n’est pas dans le dossier, ou qui ne vous est pas ouvert.")
_SOMEBODY = _("un soignant ou une structure")
_REFUSED_CHANGE = _("%(who)s a essayé de changer les accès au dossier. La demande a été refusée.")

EVENT_SENTENCES: Mapping[str, Telling] = {
    "record.document.deposited": Telling(
        "file-upload", _("%(who)s a déposé %(what)s."), _("Vous avez ajouté %(what)s."), _REFUSED_WRITE
    ),
    "record.document.deposit_repeated": Telling(
        "file-upload",
        _("%(who)s a envoyé à nouveau %(what)s, qui était déjà dans le dossier."),
        _("Vous avez envoyé à nouveau %(what)s, qui était déjà dans le dossier."),
        _REFUSED_WRITE,
    ),
    "record.document.added": Telling(
        "file-plus", _("%(who)s a ajouté %(what)s."), _("Vous avez ajouté %(what)s."), _REFUSED_WRITE
    ),
    "record.document.replaced": Telling(
        "versions",
        _("%(who)s a remplacé %(what)s par une nouvelle version."),
        _("Vous avez remplacé %(what)s par une nouvelle version."),
        _REFUSED_WRITE,
    ),
    "record.document.listed": Telling(
        "list-details",
        _("%(who)s a regardé la liste des documents."),
        _("Vous avez regardé la liste des documents."),
    ),
    "record.document.read": Telling(
        "eye", _("%(who)s a consulté %(what)s."), _("Vous avez consulté %(what)s."), _REFUSED_READ
    ),
    "record.document.downloaded": Telling(
        "download",
        _("%(who)s a ouvert ou téléchargé le fichier de %(what)s."),
        _("Vous avez ouvert ou téléchargé le fichier de %(what)s."),
        _REFUSED_READ,
    ),
    "record.document.hidden": Telling(
        "eye-off",
        _("%(who)s a masqué aux soignants %(what)s."),
        _("Vous avez masqué aux soignants %(what)s."),
        _REFUSED_CHANGE,
    ),
    "record.document.shown": Telling(
        "eye",
        _("%(who)s a montré à nouveau aux soignants %(what)s."),
        _("Vous avez montré à nouveau aux soignants %(what)s."),
        _REFUSED_CHANGE,
    ),
    "record.entry.listed": Telling(
        "clipboard-text",
        _("%(who)s a regardé des informations du dossier : résultats, vaccins, traitements ou allergies."),
        _("Vous avez regardé des informations du dossier : résultats, vaccins, traitements ou allergies."),
    ),
    "record.entry.read": Telling(
        "clipboard-text",
        _("%(who)s a consulté une information du dossier : résultat, vaccin, traitement ou allergie."),
        _("Vous avez consulté une information du dossier : résultat, vaccin, traitement ou allergie."),
    ),
    "record.resource.created": Telling(
        "file-plus",
        _("%(who)s a ajouté une information au dossier."),
        _("Vous avez ajouté une information au dossier."),
        _REFUSED_WRITE,
    ),
    "record.resource.updated": Telling(
        "clipboard-text",
        _("%(who)s a modifié une information du dossier."),
        _("Vous avez modifié une information du dossier."),
        _REFUSED_CHANGE,
    ),
    "record.resource.deleted": Telling(
        "clipboard-text",
        _("%(who)s a retiré une information du dossier."),
        _("Vous avez retiré une information du dossier."),
        _REFUSED_CHANGE,
    ),
    "record.history.read": Telling(
        "versions",
        _("%(who)s a consulté les versions d’une information du dossier."),
        _("Vous avez consulté les versions d’une information du dossier."),
        _REFUSED_READ,
    ),
    "record.everything.read": Telling(
        "clipboard-text",
        _("%(who)s a consulté tout le dossier."),
        _("Vous avez consulté tout le dossier."),
        _REFUSED_READ,
    ),
    "record.resource.exported": Telling(
        "download",
        _("%(who)s a exporté les informations du dossier avec son logiciel."),
        _("Vous avez exporté les informations du dossier."),
        _("%(who)s a essayé d’exporter les informations du dossier. L’accès a été refusé."),
    ),
    "record.document.assembled": Telling(
        "clipboard-text",
        _("%(who)s a consulté un compte rendu et les informations qu’il réunit."),
        _("Vous avez consulté un compte rendu et les informations qu’il réunit."),
        _REFUSED_READ,
    ),
    "identity.space.found": Telling(
        "search",
        _("%(who)s a ouvert le dossier avec le numéro de santé (INS)."),
        _("Vous avez ouvert le dossier avec le numéro de santé (INS)."),
        _("%(who)s a cherché le dossier avec le numéro de santé (INS). L’accès a été refusé."),
    ),
    "identity.space.read": Telling(
        "id",
        _("%(who)s a consulté l’identité inscrite dans le dossier."),
        _("Vous avez consulté l’identité inscrite dans le dossier."),
        _("%(who)s a essayé de consulter l’identité inscrite dans le dossier. L’accès a été refusé."),
    ),
    "identity.space.created": Telling(
        "folder-heart", _("L’espace de santé a été ouvert."), _("L’espace de santé a été ouvert.")
    ),
    "identity.provider.linked": Telling(
        "fingerprint",
        _("L’espace a été relié à une identité de FranceConnect+."),
        _("Vous avez relié votre espace à votre identité de FranceConnect+."),
    ),
    "access.consent.given": Telling(
        "heart-handshake",
        _("%(who)s a noté l’accord donné pour consulter le dossier."),
        _("Vous avez donné votre accord pour consulter le dossier."),
        _REFUSED_CHANGE,
    ),
    "access.consent.ended": Telling(
        "logout",
        _("%(who)s a refermé le dossier. L’accord est terminé."),
        _("Vous avez mis fin à un accord."),
        _REFUSED_CHANGE,
    ),
    "access.block.set": Telling(
        "ban",
        _("%(who)s a bloqué l’accès au dossier pour %(what)s."),
        _("Vous avez bloqué l’accès au dossier pour %(what)s."),
        _REFUSED_CHANGE,
        _SOMEBODY,
    ),
    "access.block.lifted": Telling(
        "lock-open",
        _("%(who)s a débloqué %(what)s."),
        _("Vous avez débloqué %(what)s."),
        _REFUSED_CHANGE,
        _SOMEBODY,
    ),
    "access.opposition.set": Telling(
        "shield-off",
        _("%(who)s a refusé l’ajout au dossier de %(what)s."),
        _("Vous avez refusé l’ajout au dossier de %(what)s."),
        _REFUSED_CHANGE,
        _("tous les documents"),
    ),
    "access.opposition.lifted": Telling(
        "shield-check",
        _("%(who)s a de nouveau permis l’ajout de documents au dossier."),
        _("Vous avez de nouveau permis l’ajout de documents au dossier."),
        _REFUSED_CHANGE,
    ),
    "access.team.joined": Telling(
        "user-plus",
        _("%(who)s a ajouté à l’équipe de soins %(what)s."),
        _("Vous avez ajouté à l’équipe de soins %(what)s."),
        _REFUSED_CHANGE,
        _SOMEBODY,
    ),
    "access.team.left": Telling(
        "user-off",
        _("%(who)s a retiré de l’équipe de soins %(what)s."),
        _("Vous avez retiré de l’équipe de soins %(what)s."),
        _REFUSED_CHANGE,
        _SOMEBODY,
    ),
    "access.rights.listed": Telling(
        "shield-lock",
        _("%(who)s a regardé qui peut voir le dossier."),
        _("Vous avez regardé qui peut voir le dossier."),
    ),
    "trace.entry.listed": Telling(
        "history",
        _("%(who)s a regardé la liste des accès au dossier."),
        _("Vous avez regardé la liste des accès au dossier."),
    ),
    "trace.entry.exported": Telling(
        "download",
        _("%(who)s a exporté la liste des accès au dossier."),
        _("Vous avez exporté la liste des accès au dossier."),
    ),
}
_UNKNOWN = Telling("activity", _("%(who)s a agi sur le dossier."), _("Vous avez agi sur le dossier."))


# The rule that decided (access/rules.py), told to the person whose record it is.
GROUND_SENTENCES: Mapping[str, str] = {
    "professional.attending": _("Médecin traitant"),
    "professional.team": _("Équipe de soins"),
    "professional.consent": _("Accord donné pour une consultation"),
    "professional.asks-consent": _("Accord déclaré par le soignant"),
    "professional.finds": _("Numéro de santé et date de naissance présentés"),
    "professional.feeds": _("Dépôt par un soignant"),
    "professional.blocked": _("Soignant ou structure bloqués"),
    "professional.no-relation": _("Hors de l’équipe de soins, et sans accord"),
    "professional.matrix": _("Son métier n’ouvre pas ce type de document"),
    "professional.masked": _("Document masqué aux soignants"),
    "professional.feed-matrix": _("Son métier ne dépose pas ce type de document"),
    "professional.team-writes": _("Équipe de soins"),
    "professional.consent-writes": _("Accord donné pour une consultation"),
    "professional.writes-nothing": _("Son métier n’écrit pas dans les dossiers"),
    "professional.not-author": _("Information écrite par quelqu’un d’autre"),
    "opposition.all": _("Ajout de documents refusé"),
    "opposition.professional": _("Ajout de documents refusé à ce soignant"),
    "opposition.structure": _("Ajout de documents refusé à cette structure"),
    "opposition.category": _("Ajout refusé pour ce type de document"),
    "client.scope": _("Le logiciel n’a pas ce droit"),
    "space.closed": _("Espace de santé fermé"),
    "representative.of-minor": _("Représentant légal"),
}


def explain(rule: str) -> str:
    """A rule of access told to the person whose record it is; "" for one's own record: nothing to explain."""
    return str(GROUND_SENTENCES.get(rule, ""))


def ground_of(line: AccessLine) -> str:
    """Why the act was let through or refused."""
    return explain(line.ground)


def telling_of(event: str) -> Telling:
    """The telling of an event; a general one for an event that this version does not know."""
    return EVENT_SENTENCES.get(event, _UNKNOWN)


def trade_of(professional: ProfessionalView) -> str:
    """« médecin généraliste », « pharmacien titulaire d'officine »…: lower case, or "" when unknown."""
    if professional.speciality.rpartition("/")[2] in _GENERAL_PRACTICE:
        return gettext("médecin généraliste")
    label = terminology.profession_label(professional.profession)
    qualified = terminology.speciality_label(professional.speciality)
    # « Médecin - Cardiologie et maladies vasculaires (SM) »: what people understand comes after the dash.
    kind, dash, detail = _QUALIFICATION.sub("", qualified).partition(" - ")
    if dash and kind == label and kind in _SPECIALISTS:
        return gettext("%(kind)s en %(field)s") % {
            "kind": _lower(words.label(kind)),
            "field": _lower(words.label(detail)),
        }
    return _lower(words.label(label or kind if dash else qualified or label))


def _lower(text: str) -> str:
    """Lower case, but for abbreviations."""
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in text.split())


def name_of(line: AccessLine) -> str:
    """Who acted, by name; never an id."""
    if line.professional:
        return line.professional.display_name
    if line.organization:
        return line.organization.name
    if line.actor_kind == "citizen":
        return gettext("Vous") if line.is_me else gettext("Un proche")
    return gettext("Un soignant dont le nom n’est plus dans l’annuaire")


def who(line: AccessLine) -> SafeString:
    """The name in bold, then the profession and the structure between commas."""
    details = []
    if line.professional:
        details = [trade_of(line.professional)]
        if line.organization:
            details.append(line.organization.name)
    told = ", ".join(detail for detail in details if detail)
    name = format_html("<strong>{}</strong>", name_of(line))
    return format_html("{}, {},", name, told) if told else name


def tell(line: AccessLine, what: str = "") -> SafeString:
    """The sentence of a line as HTML; `what` is escaped unless it is safe."""
    return fill(_sentence(line), who=who(line), what=what or telling_of(line.event).nothing)


def tell_plainly(line: AccessLine, what: str = "") -> str:
    """The same sentence without mark-up or profession, for an export."""
    return _sentence(line) % {"who": name_of(line), "what": what or telling_of(line.event).nothing}


def _sentence(line: AccessLine) -> str:
    told = telling_of(line.event)
    if line.outcome == "refused":
        return str(_REFUSED_ME if line.is_me else told.refused)
    return str(told.me if line.is_me else told.them)


def quoted(title: str) -> str:
    """A title inside a sentence."""
    return gettext("« %(title)s »") % {"title": title}


def count_of(number: int) -> str:
    return ngettext("%(count)d document", "%(count)d documents", number) % {"count": number}


def fill(sentence: str, **parts: object) -> SafeString:
    """`%(name)s` filled with escaped parts; the sentence itself is escaped too."""
    pieces = _HOLE.split(sentence)
    return format_html_join("", "{}", ((parts[piece] if index % 2 else piece,) for index, piece in enumerate(pieces)))
