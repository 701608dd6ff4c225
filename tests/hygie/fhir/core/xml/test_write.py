"""What FHIR XML cannot hold is not written, and the place is told."""

from decimal import Decimal
from typing import Any

import pytest

from hygie.fhir.core.xml import read, write
from hygie.lib.errors import Invalid

_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def refusal(resource: Any) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        write(resource)
    return caught.value.code, caught.value.path


@pytest.mark.parametrize(
    ("members", "code", "path"),
    [
        ({"nom": "x"}, "not-xml-element", "Patient.nom"),
        ({"_name": [{"id": "x"}]}, "not-xml-element", "Patient._name"),
        ({'x"/><y': "x"}, "not-xml-element", "Patient"),
        ({"name": [{"use": "a"}, {"given": ["a", 1]}]}, "not-xml-value", "Patient.name[1].given[1]"),
        ({"name": [{"_id": {"id": "x"}}]}, "not-xml-element", "Patient.name[0]._id"),
        ({"name": [{"id": 1}]}, "not-xml-value", "Patient.name[0]"),
        ({"name": {"use": "a"}}, "not-xml-value", "Patient.name"),
        ({"name": []}, "not-xml-value", "Patient.name"),
        ({"name": [None]}, "not-xml-value", "Patient.name[0]"),
        ({"name": [{"given": [None]}]}, "not-xml-value", "Patient.name[0].given[0]"),
        ({"name": [{"given": ["a"], "_given": [None, {"id": "b"}]}]}, "not-xml-value", "Patient.name[0].given"),
        ({"active": "true"}, "not-xml-value", "Patient.active"),
        ({"active": None}, "not-xml-value", "Patient.active"),
        ({"active": [True]}, "not-xml-value", "Patient.active"),
        ({"active": True, "_active": {}}, "not-xml-value", "Patient.active"),
        ({"multipleBirthInteger": True}, "not-xml-value", "Patient.multipleBirthInteger"),
        ({"multipleBirthInteger": Decimal("1.0")}, "not-xml-value", "Patient.multipleBirthInteger"),
        ({"extension": [{"url": "u", "valueDecimal": 1.5}]}, "not-xml-value", "Patient.extension[0].valueDecimal"),
        ({"extension": [{"url": "u", "valueDecimal": Decimal("NaN")}]}, "not-xml-value", "Patient.extension[0].valueDecimal"),
        ({"gender": "a\x01"}, "not-xml-character", "Patient.gender"),
        ({"gender": "\ud800"}, "not-xml-character", "Patient.gender"),
        ({"gender": "\uffff"}, "not-xml-character", "Patient.gender"),
        ({"contained": [{"id": "x"}]}, "not-xml-type", "Patient.contained[0]"),
        ({"contained": [{"resourceType": "Malade"}]}, "not-xml-type", "Patient.contained[0]"),
        ({"contained": [{"resourceType": "Patient", "nom": 1}]}, "not-xml-element", "Patient.contained[0].nom"),
    ],
)  # fmt: skip
def test_what_has_no_place_in_xml_is_refused_with_its_path(members: dict[str, Any], code: str, path: str) -> None:
    assert refusal({"resourceType": "Patient", **members}) == (code, path)


@pytest.mark.parametrize("resource", [{}, {"resourceType": "HumanName"}, {"resourceType": ["Patient"]}, [], None])
def test_what_is_no_resource_is_refused(resource: Any) -> None:
    assert refusal(resource) == ("not-xml-type", "Resource")


@pytest.mark.parametrize(
    "div",
    [
        "",
        "text",
        "<div>x</div>",
        f"<p {_XHTML}>x</p>",
        f"<div {_XHTML}>x",
        f"<div {_XHTML}>&nbsp;</div>",
        f"<div {_XHTML}>x</div><div {_XHTML}/>",
        f"<div {_XHTML}>x</div></text></Patient>",
        f"<div {_XHTML}>x</div><!-- x -->",
        f"<div {_XHTML}>x</div><?x?>",
        f"<?xml version='1.0'?><div {_XHTML}>x</div>",
        f"<!DOCTYPE div [<!ENTITY a 'b'>]><div {_XHTML}>&a;</div>",
        f"<div {_XHTML}>\x01</div>",
        f"<div {_XHTML}>\ud800</div>",
        f"<div {_XHTML}><x:p/></div>",
        1,
        [],
    ],
)
def test_a_narrative_is_one_whole_div_or_is_not_written(div: Any) -> None:
    assert refusal({"resourceType": "Patient", "text": {"div": div}}) == ("not-xml-narrative", "Patient.text.div")


def test_values_cannot_leave_their_attribute() -> None:
    hostile = "\"/><active value='true'/>&lt;\n\t\r]]>"
    resource = {"resourceType": "Patient", "name": [{"id": hostile, "text": hostile}]}
    assert read(write(resource)) == resource
