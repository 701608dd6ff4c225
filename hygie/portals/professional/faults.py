"""Why a document was not accepted, in plain French: the trait, the rule or the place in the file."""

from django.utils.translation import get_language, gettext

from hygie.access import queries as access_queries
from hygie.lib.errors import AccessRefused, HygieError

# The error's sentence names the traits in these words (record.deposit); a page says them in the reader's language.
_TRAITS = ("birth name", "given names", "birth date", "sex")
# Faults for which the place in the file helps who writes the software that made it.
_PLACED = ("cda-", "type-", "class-", "ins-")


def fault_text(error: HygieError) -> str:
    """One or two sentences; never what the document holds."""
    said = _rule(error) if isinstance(error, AccessRefused) else _SENTENCES.get(error.code, _unknown)(error)
    if error.path.startswith("/") and error.code.startswith(_PLACED):
        place = gettext("Endroit du fichier : %(path)s") % {"path": error.path}
        return f"{said} {place}"
    return said


def _rule(error: HygieError) -> str:
    if error.code == "replace-not-yours":
        return gettext("Seuls l’auteur d’un document et sa structure peuvent le remplacer.")
    reason = access_queries.reason(error.code, get_language() or "fr")
    return reason or gettext("Les règles d’accès refusent ce dépôt.")


def _unknown(error: HygieError) -> str:
    return gettext("Ce document n’a pas été accepté. Rien n’a été enregistré. Code : %(code)s") % {"code": error.code}


def _not_xml(_: HygieError) -> str:
    return gettext("Ce fichier n’est pas un document XML lisible.")


def _unsafe(_: HygieError) -> str:
    return gettext("Ce fichier contient une construction XML interdite (DTD, entités ou imbrication trop profonde).")


def _not_cda(_: HygieError) -> str:
    return gettext("Ce fichier n’est pas un document CDA R2.")


def _missing(_: HygieError) -> str:
    return gettext("Il manque une information obligatoire dans l’en-tête du document.")


def _wrong_value(_: HygieError) -> str:
    return gettext("Une valeur de l’en-tête du document n’a pas la bonne forme.")


def _no_patient(_: HygieError) -> str:
    return gettext("Ce document ne nomme aucun patient.")


def _several(_: HygieError) -> str:
    return gettext("Ce document nomme plusieurs patients.")


def _other_patient(_: HygieError) -> str:
    """Said of an unknown INS too: a deposit is not a way to learn who has a space."""
    return gettext("Ce document ne concerne pas le patient dont le dossier est ouvert. Il n’a pas été enregistré.")


def _no_ins(_: HygieError) -> str:
    return gettext("Ce document ne porte pas de matricule INS : l’identité n’est pas qualifiée.")


def _not_qualified(_: HygieError) -> str:
    return gettext("L’identité de ce dossier n’est pas qualifiée : aucun document ne peut y entrer.")


def _traits(error: HygieError) -> str:
    names = {
        "birth name": gettext("le nom de naissance"),
        "given names": gettext("les prénoms"),
        "birth date": gettext("la date de naissance"),
        "sex": gettext("le sexe"),
    }
    differs = ", ".join(names[trait] for trait in _TRAITS if trait in error.message)
    if not differs:
        return gettext("L’identité écrite dans le document n’est pas celle du dossier.")
    return gettext("L’identité écrite dans le document n’est pas celle du dossier : %(traits)s.") % {"traits": differs}


def _type(_: HygieError) -> str:
    return gettext("Ce type de document n’est pas dans la liste nationale (JDV_J07).")


def _too_large(_: HygieError) -> str:
    return gettext("Le fichier est trop gros.")


def _conflict(_: HygieError) -> str:
    return gettext("Un autre document de ce patient porte déjà cet identifiant. Donnez un nouvel identifiant au vôtre.")


def _replaced(_: HygieError) -> str:
    return gettext("Le document à remplacer l’est déjà. Remplacez plutôt sa dernière version.")


_SENTENCES = {
    "xml-not-wellformed": _not_xml,
    "xml-encoding": _not_xml,
    "xml-doctype": _unsafe,
    "xml-too-deep": _unsafe,
    "cda-root": _not_cda,
    "cda-required": _missing,
    "cda-value": _wrong_value,
    "cda-patient-missing": _no_patient,
    "cda-patient-several": _several,
    "patient-several": _several,
    "patient-other": _other_patient,
    "space-unknown": _other_patient,
    "ins-missing": _no_ins,
    "identity-not-qualified": _not_qualified,
    "traits-mismatch": _traits,
    "type-unknown": _type,
    "class-unknown": _type,
    "document-too-large": _too_large,
    "unique-id-conflict": _conflict,
    "already-replaced": _replaced,
}
