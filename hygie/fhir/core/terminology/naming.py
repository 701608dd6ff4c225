"""Which of the names of a code is told, by the language asked for; and whether a name is one of its own."""

from collections.abc import Sequence

from hygie.fhir.core.search.folding import fold
from hygie.fhir.core.terminology.model import Designation, Entry

_MAX_LANGUAGES = 8


def languages(asked: str) -> tuple[str, ...]:
    """`fr-FR, en;q=0.5` as Accept-Language has it: the most wanted first."""
    ranked = []
    for place, part in enumerate(asked.split(",")[:_MAX_LANGUAGES]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag.strip().lower()))
        except ValueError:
            ranked.append((0.0, place, tag.strip().lower()))
    return tuple(tag for _, _, tag in sorted(ranked) if tag)


def speaks(wanted: str, language: str) -> bool:
    """`fr` is what `fr-FR` asks for, and `fr-FR` answers `fr`."""
    return language.lower().partition("-")[0] == wanted.partition("-")[0]


def display(entry: Entry, wanted: Sequence[str]) -> str:
    """The name in the first wanted language that there is one for, else the preferred one; "" when it has none."""
    names = entry.names()
    for language in wanted:
        for each in names:
            if speaks(language, each.language):
                return each.value
    return names[0].value if names else ""


def is_name(entry: Entry, told: str) -> bool:
    """Case, accents and white space do not matter. A code without any known name has the name that it is given."""
    names = entry.names()
    return not names or fold(told) in {fold(each.value) for each in names}


def own_names(entry: Entry) -> list[str]:
    return list(dict.fromkeys(each.value for each in entry.names()))


def designation(each: Designation) -> dict[str, object]:
    told: dict[str, object] = {"language": each.language} if each.language else {}
    if each.use:
        told["use"] = each.use
    return told | {"value": each.value}
