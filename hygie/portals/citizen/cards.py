"""A document in a list: ready words, so that a page of many rows stays quick."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from hygie.portals.citizen.page import is_acting
from hygie.portals.ui.words import day, label
from hygie.record.types import DocumentCard, Origin
from hygie.terminology.queries import fold

# A file name or a code is not words: an underscore, an ending, or one word with a digit in it.
_NOT_WORDS = re.compile(r"_|\.[A-Za-z0-9]{2,4}$|^\S*\d\S*$")
_REPORT = re.compile(r"^(cr|compte[ -]rendu)\b[ :]*")
_ANY_ID = "0"


@dataclass(frozen=True, slots=True)
class Row:
    """`said` is what the author's title adds to ours; `meta` the date, who brought it and what kind it is."""

    url: str
    title: str
    said: str
    meta: str
    class_code: str
    own: bool
    hidden: bool
    year: int | None


def list_rows(request: HttpRequest, cards: Iterable[DocumentCard]) -> list[Row]:
    pattern = reverse("citizen:document", args=[_ANY_ID])
    acting = is_acting(request)
    return [_row(card, pattern.replace(f"/{_ANY_ID}/", f"/{card.id}/"), acting=acting) for card in cards]


def _row(card: DocumentCard, url: str, *, acting: bool) -> Row:
    on = day(card.dated_at) or gettext("Date non renseignée")
    parts = [on, who_brought(card, acting=acting), label(card.class_label) if card.class_label != card.title else ""]
    return Row(
        url=url,
        title=label(card.title),
        said=said_title(card),
        meta=" · ".join(part for part in parts if part),
        class_code=card.class_code,
        own=card.origin == Origin.PATIENT,
        hidden=card.hidden,
        year=local_year(card),
    )


def local_year(card: DocumentCard) -> int | None:
    return timezone.localtime(card.dated_at).year if card.dated_at else None


def who_brought(card: DocumentCard, *, acting: bool) -> str:
    """The author and the structure; else by what way the document came."""
    if card.origin == Origin.PATIENT:
        return gettext("Ajouté par la famille") if acting else gettext("Ajouté par vous")
    names = list(dict.fromkeys(name for name in (card.author, card.organization) if name))
    if names:
        return ", ".join(names)
    if card.origin == Origin.DEVICE:
        return gettext("Envoyé par un appareil")
    return (
        gettext("Envoyé par l’assurance maladie")
        if card.origin == Origin.INSURANCE
        else gettext("Auteur non renseigné")
    )


def said_title(card: DocumentCard) -> str:
    """The author's title when it says more than ours; "" when it repeats it or is a file name. Capitals are lowered."""
    said = " ".join(card.own_title.split())
    if not said or _NOT_WORDS.search(said):
        return ""
    if _plain(said) in {_plain(text) for text in (card.title, card.type_label, card.class_label)}:
        return ""
    return said.capitalize() if said.isupper() else said


def _plain(text: str) -> str:
    return _REPORT.sub("compte rendu ", fold(text))
