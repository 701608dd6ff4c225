"""The codes that profiles ask for, as the terminology knows them."""

from hygie.terminology.sets import is_member, valueset_codes


def is_code_of(valueset: str, system: str | None, code: str) -> bool | None:
    """Is it a member; None when that cannot be told. `system`: None for any, as of an element of type code.

    A set of which a part is not loaded (medicines, EDQM) refuses nothing: as HL7's validator without the code system.
    """
    codes = valueset_codes(valueset)
    if system is None:
        return None if codes is None else any(code in held for held in codes.values())
    told = is_member(valueset, system, code)
    return None if told is False and codes is None else told
