"""INS: key, forms, manual entry and import."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.identity.ins import INS, NIA, NIR, NIR_TEST, control_key
from hygie.lib.errors import Invalid


@pytest.mark.parametrize("matricule", ["279035121518989", "277076322082910", "162126587913677", "260058815400233"])
def test_official_vectors_have_the_right_key(matricule: str) -> None:
    assert INS(NIR, matricule).key_is_right
    assert INS.parse(NIR, matricule).value == matricule


@pytest.mark.parametrize(("body", "key"), [("185052A004123", "56"), ("185052B033456", "44")])
def test_corsica_counts_as_19_and_18(body: str, key: str) -> None:
    assert control_key(body) == key


@pytest.mark.parametrize("matricule", ["276059205062865", "223042545611404", "123456789012244"])
def test_official_examples_with_a_wrong_key_are_flagged_on_import_and_refused_on_entry(matricule: str) -> None:
    assert not INS(NIR_TEST, matricule).key_is_right
    with pytest.raises(Invalid) as refused:
        INS.parse(NIR_TEST, matricule)
    assert refused.value.code in ("ins-key", "ins-format")


def test_what_a_person_types_may_have_blanks_and_dots() -> None:
    assert INS.parse(NIR, "2 79 03 51 215 189 89").value == "279035121518989"
    assert INS.parse(NIR, "1 85 05 2a 004 123 56").value == "185052A00412356"


@pytest.mark.parametrize(
    "text", ["", "27903512151898", "2790351215189890", "abc", "979035121518989", "279135121518989"]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        INS.parse(NIR, text)
    assert refused.value.code == "ins-format"


def test_an_unknown_root_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        INS.parse("1.2.3", "279035121518989")
    assert refused.value.code == "ins-oid"


def test_two_roots_are_two_persons() -> None:
    assert INS(NIR, "279035121518989") != INS(NIR_TEST, "279035121518989")
    assert INS(NIR_TEST, "279035121518989").is_fictive and not INS(NIA, "279035121518989").is_fictive


@given(st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])([0-9]{2}|2[AB])[0-9]{6}", fullmatch=True), st.integers(0, 14))
def test_one_wrong_digit_is_always_caught(body: str, place: int) -> None:
    value = body + control_key(body)
    if not value[place].isdigit():
        return
    other = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
    assert not INS(NIR, other).key_is_right
