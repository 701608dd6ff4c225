"""Treatments, prescription lines and dispensations, in small documents."""

from typing import Any

import pytest

from tests.hygie.record.cda.entries.entry_documents import as_written, code, only, read, resources
from tests.hygie.record.cda.entries.r4_structure import check

_DRUG = '<code code="63564053" codeSystem="1.2.250.1.213.2.3.1" displayName="PLAVIX 75 mg"/>'


def _product(material: str, role: str = "consumable") -> str:
    return f"""<{role}><manufacturedProduct><manufacturedMaterial>{material}</manufacturedMaterial>
      </manufacturedProduct></{role}>"""


def _treatment(
    *,
    mood: str = "EVN",
    attributes: str = "",
    status: str = "completed",
    time: str = '<low value="20240101"/><high nullFlavor="UNK"/>',
    product: str = _DRUG,
    more: str = "",
    template: str = "1.2.250.1.213.1.1.3.42",
) -> str:
    return f"""<substanceAdministration classCode="SBADM" moodCode="{mood}" {attributes}><templateId root="{template}"/>
      <statusCode code="{status}"/><effectiveTime xsi:type="IVL_TS">{time}</effectiveTime>{more}{_product(product)}
      </substanceAdministration>"""


@pytest.mark.parametrize(
    ("parts", "section", "status"),
    [
        ({}, "10160-0", "active"),
        ({}, "10183-2", "active"),
        ({}, "18610-6", "unknown"),  # administered at some time: nothing says that it goes on
        ({"time": '<low value="20240101"/><high value="20240301"/>'}, "10160-0", "completed"),
        ({"time": '<low value="20240101"/><high value="20250101"/>'}, "18610-6", "active"),
        ({"time": '<low nullFlavor="UNK"/>'}, "10160-0", "unknown"),
        ({"time": '<low value="20290101"/>'}, "10160-0", "unknown"),
        ({"mood": "INT"}, "18776-5", "intended"),
        ({"mood": "INT", "time": '<low value="2020"/><high value="2021"/>'}, "10160-0", "unknown"),
        ({"attributes": 'negationInd="true"'}, "10160-0", "not-taken"),
        ({"status": "suspended"}, "10160-0", "on-hold"),
        ({"status": "aborted"}, "10160-0", "stopped"),
    ],
)
def test_the_status_of_a_treatment_comes_from_its_dates(parts: dict[str, str], section: str, status: str) -> None:
    statement = only(_treatment(**parts), section=section)
    check(statement)
    assert statement["status"] == status


def test_an_unknown_treatment_is_not_a_drug() -> None:
    for absent in ("no-known-medications", "no-medication-info"):
        entry = _treatment(product='<code nullFlavor="NA"/>', attributes='nullFlavor="UNK"').replace(
            "<statusCode", f'<code code="{absent}" codeSystem="2.16.840.1.113883.5.1150.1"/><statusCode'
        )
        statement = only(entry, section="10160-0")
        assert (statement["status"], code(statement["medicationCodeableConcept"])) == ("unknown", absent)


def test_a_treatment_without_a_product_is_left_out() -> None:
    for product in ("", '<code nullFlavor="NA"/>', '<code nullFlavor="NA"/><name nullFlavor="NA"/>'):
        found = read(_treatment(product=product))
        assert (found.entries, len(found.left_out)) == ((), 1)


def test_a_preparation_keeps_the_words_that_name_it() -> None:
    product = '<code nullFlavor="NA"><originalText><reference value="#m"/></originalText></code>'
    statement = only(_treatment(product=product), narrative='<content ID="m">Préparation<br/>magistrale</content>')
    assert statement["medicationCodeableConcept"] == {"text": "Préparation magistrale"}


def test_all_codes_of_a_product_are_kept_once() -> None:
    product = f"""{_DRUG.replace("/>", ">")}<translation code="MV1" codeSystem="1.2.250.1.213.2.59"/>
      <translation code="63564053" codeSystem="1.2.250.1.213.2.3.1"/></code>
      <pharm:asSpecializedKind><pharm:generalizedMedicineClass>
      <pharm:code code="B01AC04" codeSystem="2.16.840.1.113883.6.73"/></pharm:generalizedMedicineClass>
      </pharm:asSpecializedKind>"""
    concept = only(_treatment(product=product))["medicationCodeableConcept"]
    assert [one["code"] for one in concept["coding"]] == ["63564053", "MV1", "B01AC04"]


def _dosage(more: str) -> dict[str, Any]:
    found: dict[str, Any] = only(_treatment(more=more))["dosage"][0]
    return found


def test_a_posology_is_structured_where_it_is_coded() -> None:
    dosage = _dosage(
        """<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="8" unit="h"/></effectiveTime>
        <routeCode code="20053000" codeSystem="0.4.0.127.0.16.1.1.2.1"/>
        <doseQuantity><low value="0.50" unit="mg"/><high value="1" unit="mg"/></doseQuantity>
        <maxDoseQuantity><numerator value="4"/><denominator value="1" unit="d"/></maxDoseQuantity>"""
    )
    bounds = dosage["doseAndRate"][0]["doseRange"]
    assert (as_written(bounds["low"]["value"]), as_written(bounds["high"]["value"])) == ("0.50", "1")
    assert dosage["timing"]["repeat"]["periodUnit"] == "h"
    assert as_written(dosage["maxDosePerPeriod"]["numerator"]["value"]) == "4"


@pytest.mark.parametrize(
    "more",
    [
        '<effectiveTime xsi:type="PIVL_TS"><period value="8" unit="heures"/></effectiveTime>',
        '<effectiveTime xsi:type="PIVL_TS"><period value="0" unit="h"/></effectiveTime>',
        '<effectiveTime xsi:type="PIVL_TS"><period nullFlavor="UNK"/></effectiveTime>',
        '<effectiveTime xsi:type="EIVL_TS"><event code="BOF"/></effectiveTime>',
        '<doseQuantity nullFlavor="NA"/><rateQuantity nullFlavor="NAV"/>',
        "<maxDoseQuantity><numerator/><denominator/></maxDoseQuantity>",
        '<maxDoseQuantity><numerator value="4"/><denominator value="1" unit="J"/></maxDoseQuantity>',
        '<doseQuantity><low value="2" unit="mg"/><high value="1" unit="mg"/></doseQuantity>',
    ],
)
def test_what_is_not_a_posology_is_absent(more: str) -> None:
    assert set(_dosage(more)) == {"timing"}
    assert set(_dosage(more)["timing"]["repeat"]) == {"boundsPeriod"}


def test_a_moment_of_the_day_is_kept() -> None:
    dosage = _dosage('<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="HS"/></effectiveTime>')
    assert dosage["timing"]["repeat"]["when"] == ["HS"]


def _line(**parts: str) -> str:
    return _treatment(**{"mood": "INT", "template": "1.2.250.1.213.1.1.3.83"} | parts)


def test_a_prescription_line_without_author_of_its_own_has_the_document_s() -> None:
    request = only(_line(more='<repeatNumber value="0"/>'), section="57828-6")
    check(request)
    assert (request["status"], request["intent"]) == ("active", "order")
    assert (request["authoredOn"], request["requester"]["display"]) == ("2024-06-01T11:30:00+02:00", "Charles MULLER")
    assert request["dispenseRequest"] == {"numberOfRepeatsAllowed": 0}
    assert request["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] == {"start": "2024-01-01"}


def test_an_unknown_prescriber_is_absent() -> None:
    author = """<author><time nullFlavor="UNK"/><assignedAuthor><id nullFlavor="UNK"/></assignedAuthor></author>"""
    request = only(_line(more=author))
    assert not {"authoredOn", "requester"} & set(request)


def test_a_line_that_is_not_an_order_is_left_out() -> None:
    for parts in (
        {"attributes": 'negationInd="true"'},
        {"mood": "EVN"},
        {"status": "nullified"},
        {"attributes": 'nullFlavor="NI"'},
        {"product": ""},
    ):
        assert resources(_line(**parts)) == []


def _supply(*, mood: str = "EVN", product: str = _DRUG, more: str = "") -> str:
    return f"""<supply classCode="SPLY" moodCode="{mood}"><templateId root="1.2.250.1.213.1.1.3.204"/>
      <quantity value="2" unit="30009000"/>{_product(product, "product")}{more}</supply>"""


def test_a_dispensation_without_a_day_has_none() -> None:
    dispense = only(_supply())
    check(dispense)
    assert not {"whenHandedOver", "performer", "substitution"} & set(dispense)
    assert dispense["quantity"]["system"] == "http://standardterms.edqm.eu"


def test_a_supply_that_did_not_take_place_is_no_dispensation() -> None:
    assert resources(_supply(mood="RQO")) == []
    assert resources(_supply(product="<name nullFlavor='NA'/>")) == []


def test_no_substitution_is_said_as_such() -> None:
    act = """<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN">
      <code code="{}" codeSystem="2.16.840.1.113883.5.1070"/></act></entryRelationship>"""
    assert only(_supply(more=act.format("N")))["substitution"]["wasSubstituted"] is False
    assert only(_supply(more=act.format("G")))["substitution"]["wasSubstituted"] is True
