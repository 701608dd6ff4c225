"""Dates, ages and sizes as people read them, in the language of the page."""

import datetime as dt

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, ngettext


def day(value: dt.date | None) -> str:
    """« 16 mars 2026 », « 1er mars 2026 »; an instant is read in local time; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = _local(value).date()
    words = formats.date_format(value, "j F Y")
    if value.day == 1 and (get_language() or "fr").startswith("fr"):
        return words.replace("1 ", "1er ", 1)
    return words


def moment(value: dt.datetime | None) -> str:
    """« 16 mars 2026 à 10 h 12 »; nothing for None."""
    if value is None:
        return ""
    local = _local(value)
    return gettext("%(day)s à %(hour)s h %(minute)s") % {"day": day(local), "hour": local.hour, "minute": f"{local:%M}"}


def age(born_on: dt.date, today: dt.date) -> str:
    """« 14 mois » below two years, « 8 ans » from two years on."""
    months = (today.year - born_on.year) * 12 + today.month - born_on.month - (today.day < born_on.day)
    if months < 24:
        return ngettext("%(count)s mois", "%(count)s mois", months) % {"count": max(months, 0)}
    return ngettext("%(count)s an", "%(count)s ans", months // 12) % {"count": months // 12}


def file_size(octets: int) -> str:
    """« 820 octets », « 12 Ko », « 1,4 Mo » (powers of ten)."""
    if octets < 1000:
        return ngettext("%(count)s octet", "%(count)s octets", octets) % {"count": octets}
    if octets < 1_000_000:
        return gettext("%(size)s Ko") % {"size": round(octets / 1000)}
    return gettext("%(size)s Mo") % {"size": formats.number_format(octets / 1_000_000, 1)}


def label(text: str) -> str:
    """A label of the terminology in the language of the page; other words stay as they are."""
    return gettext(text) if text else ""


def initials(name: str) -> str:
    """Two letters for an avatar: first and last word, the doctor's title left out."""
    words = [word for word in name.replace("-", " ").split() if word not in ("Dr", "Pr", "M.", "Mme")]
    ends = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends)


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
