"""Which codes are in which value set: for the validator of bindings, and for searches by `:in` and `:not-in`."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from hygie.lib.errors import HygieError
from hygie.terminology.loaded import members
from hygie.terminology.queries import canonical_system

_OID_URN = "urn:oid:"


@lru_cache(maxsize=512)
def valueset_codes(url: str) -> Mapping[str, Mapping[str, str]] | None:
    """System → code → display of a loaded value set (`url` or `url|version`), French ones and HL7's of R4.

    None when it is not loaded, or names what is not loaded. A system is named by the one URI that the house stores.
    """
    library = members()
    value_set = library.library.value_set(url)
    if value_set is None:
        return None
    try:
        codes = library.codes(value_set)
    except HygieError:
        return None
    found: dict[str, dict[str, str]] = {}
    for (system, code), entry in codes.items():
        found.setdefault(system, {})[code] = entry.display
    return found


def codes_of(url: str) -> Iterable[tuple[str, str]] | None:
    """(system, code) of a loaded set: what a search by `:in` asks."""
    found = valueset_codes(url)
    return None if found is None else [(system, code) for system, codes in found.items() for code in codes]


def related(system: str, code: str, side: Literal["above", "below"]) -> Iterable[str] | None:
    """A code with all those above or below it; None when that is not known of its system. Of an unknown code: nothing."""
    found = members().library.code_system(system)
    if found is None or not found.has_hierarchy:
        return None
    concept = found.find(code)
    if concept is None:
        return ()
    others = found.above(concept.code) if side == "above" else found.below(concept.code)
    return {concept.code, *others}


def is_member(url: str, system: str, code: str) -> bool | None:
    """Whether a set has this code. None when nobody can tell: the set is not loaded, or needs what is not.

    The ANS names most of its code systems by an OID in the sets; when a coding names one by a URL that we cannot match, its
    code alone says no more than "perhaps".
    """
    library = members()
    value_set = library.library.value_set(url)
    if value_set is None:
        return None
    system = canonical_system(system)
    try:
        if library.find(value_set, system, code) is not None:
            return True
    except HygieError:
        return None
    codes = valueset_codes(url)
    if codes is not None and system not in codes and not system.startswith(_OID_URN) and _is_french(system):
        unnamed = [each for each in codes if each.startswith(_OID_URN)]
        if unnamed:
            return True if any(code in codes[each] for each in unnamed) else None
    return False


def _is_french(system: str) -> bool:
    return "esante.gouv.fr/" in system


def loaded_systems() -> Iterable[tuple[str, str, bool]]:
    """(URL, version or "", whether all its codes are here) of the code systems that $lookup and $validate-code answer."""
    library = members().library
    for head in library.heads("CodeSystem"):
        yield head.url, head.version, library.is_complete(head)
