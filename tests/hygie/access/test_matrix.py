"""The habilitation matrix is data: known facts hold, a bad file is refused whole."""

import pytest

from hygie.access import matrix
from hygie.lib.errors import Invalid
from hygie.terminology import queries as terminology

HEADER = "profession,type_code,read,write,status,source"


def test_known_facts_of_the_reference() -> None:
    """référentiel DMP, arrêté of 26 October 2023, facts quoted in french-specs §3.5."""
    everything = {kind.code for kind in terminology.list_document_types()}
    doctor, nurse, dentist = (matrix.readable_types(code) for code in ("10", "60", "40"))
    assert everything - doctor == {"ATTEST-RESID"}
    assert {"75496-0", "68599-0", "83901-9", "89601-9"}.isdisjoint(nurse)
    assert {"80788-3", "75496-0", "83981-1", "83901-9", "68599-0"}.isdisjoint(dentist)
    assert "11502-2" in nurse and "57833-6" in matrix.readable_types("21")


def test_professionals_never_deposit_as_the_patient() -> None:
    for code, _ in terminology.list_professions():
        assert not {"DOCPAT01", "EXPPAT_3"} & matrix.writable_types(code)


def test_a_profession_that_is_not_in_the_table_has_no_right() -> None:
    assert matrix.readable_types("999") == frozenset() == matrix.writable_types("999")


def test_social_professions_are_much_narrower() -> None:
    assert "11502-2" not in matrix.readable_types("41") and "80788-3" in matrix.readable_types("41")


def test_later_rows_override_earlier_ones() -> None:
    table = matrix.build(matrix.parse([HEADER, "10,*,1,1,official,x", "10,class:31,1,0,official,x"]))
    assert "18748-4" in table.read["10"] and "18748-4" not in table.write["10"]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["a,b"],
        [HEADER, "999,*,1,1,official,x"],
        [HEADER, "10,nothing,1,1,official,x"],
        [HEADER, "10,*,yes,1,official,x"],
        [HEADER, "10,*,1,1,guess,x"],
        [HEADER, "10,*,1,1"],
    ],
)
def test_a_file_with_one_bad_row_is_refused_whole(lines: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        matrix.parse(lines)
    assert refused.value.code == "matrix"
