"""Vital signs and laboratory results: values, units, comparators, panels."""

from typing import Any

import pytest

from tests.hygie.record.cda.entries.entry_documents import as_written, code, only, read, resources
from tests.hygie.record.cda.entries.r4_structure import check

_LOINC = "2.16.840.1.113883.6.1"


def _result(
    value: str, *, more: str = "", loinc: str = "3016-3", status: str = "completed", attributes: str = 'moodCode="EVN"'
) -> str:
    return f"""<observation classCode="OBS" {attributes}><templateId root="1.2.250.1.213.1.1.3.80"/>
      <code code="{loinc}" codeSystem="{_LOINC}" displayName="Examen"/><statusCode code="{status}"/>
      <effectiveTime value="20240601083000+0200"/>{value}{more}</observation>"""


def _act(*inside: str) -> str:
    relations = "".join(f'<entryRelationship typeCode="COMP">{one}</entryRelationship>' for one in inside)
    return f'<act classCode="ACT" moodCode="EVN"><code code="18719-5" codeSystem="{_LOINC}"/>{relations}</act>'


def _pq(value: str, unit: str = "mmol/L") -> str:
    return f'<value xsi:type="PQ" value="{value}" unit="{unit}"/>'


@pytest.mark.parametrize("written", ["72.50", "0.10", "1.0", "0", "-3.20", "120000", "0.000001", "5E+3"])
def test_a_number_keeps_its_digits(written: str) -> None:
    result = only(_act(_result(_pq(written))))
    check(result)
    assert as_written(result["valueQuantity"]["value"]) == written


@pytest.mark.parametrize("written", ["1,5", "NaN", "INF", "&lt;1", "", "1e999", "9" * 40, "1_000", "٣"])
def test_what_is_not_a_number_is_no_result(written: str) -> None:
    found = read(_act(_result(_pq(written))))
    assert (found.entries, len(found.left_out)) == ((), 1)


def test_a_unit_is_ucum_or_plain_words() -> None:
    def quantity(unit: str) -> dict[str, Any]:
        found = dict(only(_result(_pq("1", unit)))["valueQuantity"])
        del found["value"]
        return found

    ucum = "http://unitsofmeasure.org"
    assert quantity("m[IU]/L") == {"unit": "m[IU]/L", "system": ucum, "code": "m[IU]/L"}
    assert quantity("par champ") == {"unit": "par champ"}
    assert quantity("µg/L") == {"unit": "µg/L"}
    assert quantity("1") == {}
    assert quantity("") == {}


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ('<value xsi:type="ST">Présence</value>', "valueString", "Présence"),
        ('<value xsi:type="ED">&lt;1.0 mg/L</value>', "valueString", "<1.0 mg/L"),
        ('<value xsi:type="ED"><reference value="#n"/></value>', "valueString", "Dit dans le texte"),
        ('<value xsi:type="INT" value="12"/>', "valueInteger", 12),
        ('<value xsi:type="BL" value="false"/>', "valueBoolean", False),
        ('<value xsi:type="TS" value="202406"/>', "valueDateTime", "2024-06"),
        (
            '<value xsi:type="CD"><originalText><reference value="n"/></originalText></value>',
            "valueCodeableConcept",
            {"text": "Dit dans le texte"},
        ),
        (
            '<value xsi:type="x:CD" nullFlavor="OTH"><originalText>Rare</originalText></value>',
            "valueCodeableConcept",
            {"text": "Rare"},
        ),
    ],
)
def test_each_type_has_its_value(value: str, name: str, expected: object) -> None:
    result = only(_act(_result(value)), narrative='<content ID="n">Dit dans le texte</content>')
    check(result)
    assert result[name] == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        '<value xsi:type="PQ" nullFlavor="NAV"/>',
        '<value xsi:type="CD" nullFlavor="UNK"><originalText>inconnu</originalText></value>',
        '<value xsi:type="ST"/>',
        '<value xsi:type="ED" representation="B64" mediaType="application/pdf">JVBERi0=</value>',
        '<value xsi:type="INT" value="99999999999"/>',
        '<value xsi:type="BL" value="peut-être"/>',
        '<value xsi:type="TS" value="20249999"/>',
        '<value xsi:type="IVL_PQ"/>',
        '<value xsi:type="IVL_PQ"><low value="5" unit="g"/><high value="1" unit="g"/></value>',
        '<value xsi:type="MYSTERE" value="1"/>',
        '<value value="1"/>',
    ],
)
def test_no_value_no_result(value: str) -> None:
    found = read(_act(_result(value)))
    assert (found.entries, len(found.left_out)) == ((), 1)


@pytest.mark.parametrize(
    ("bounds", "comparator"),
    [
        ('<low value="5.0" unit="g/L"/>', ">="),
        ('<low value="5.0" unit="g/L" inclusive="false"/>', ">"),
        ('<high value="5.0" unit="g/L"/>', "<="),
        ('<high value="5.0" unit="g/L" inclusive="false"/>', "<"),
    ],
)
def test_an_interval_with_one_bound_is_a_comparison(bounds: str, comparator: str) -> None:
    quantity = only(_act(_result(f'<value xsi:type="IVL_PQ">{bounds}</value>')))["valueQuantity"]
    assert (quantity["comparator"], as_written(quantity["value"]), quantity["code"]) == (comparator, "5.0", "g/L")


def test_an_interval_with_two_bounds_is_a_range() -> None:
    bounds = '<low value="1.0" unit="g/L"/><high value="2.0" unit="g/L"{}/>'
    value = only(_result(f'<value xsi:type="IVL_PQ">{bounds.format("")}</value>'))["valueRange"]
    assert (as_written(value["low"]["value"]), as_written(value["high"]["value"])) == ("1.0", "2.0")
    excluded = bounds.format(' inclusive="false"')
    assert only(_result(f'<value xsi:type="IVL_PQ">{excluded}</value>'))["valueString"] == "[1.0 g/L ; 2.0 g/L["


def test_a_titre_is_a_ratio() -> None:
    value = '<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="40"/></value>'
    assert as_written(only(_result(value))["valueRatio"]["denominator"]["value"]) == "40"


@pytest.mark.parametrize(
    ("written", "status"),
    [("completed", "final"), ("active", "preliminary"), ("aborted", "cancelled"), ("", "unknown"), ("x", "unknown")],
)
def test_the_status_comes_from_the_status_code(written: str, status: str) -> None:
    assert only(_result(_pq("1"), status=written))["status"] == status


def test_results_that_are_not_results_are_left_out() -> None:
    assert resources(_act(_result(_pq("1"), status="nullified"))) == []
    assert resources(_act(_result(_pq("1"), attributes='moodCode="EVN" negationInd="true"'))) == []
    assert resources(_act(_result(_pq("1"), attributes='moodCode="INT"'))) == []
    assert resources(_act(_result(_pq("1"), attributes='moodCode="EVN" nullFlavor="NI"'))) == []
    assert resources(_act(_result(_pq("1")).replace('code="3016-3"', 'nullFlavor="UNK"'))) == []


def test_an_earlier_result_repeated_for_comparison_is_not_a_new_one() -> None:
    earlier = f'<entryRelationship typeCode="REFR">{_result(_pq("9"))}</entryRelationship>'
    assert as_written(only(_act(_result(_pq("1"), more=earlier)))["valueQuantity"]["value"]) == "1"


def test_a_reference_range_has_its_bounds_its_words_and_its_meaning() -> None:
    def found(inside: str) -> Any:
        more = f"<referenceRange><observationRange>{inside}</observationRange></referenceRange>"
        return only(_result(_pq("1"), more=more)).get("referenceRange")

    [high] = found('<text>Homme</text><value xsi:type="IVL_PQ"><high value="5" unit="g/L"/></value>')
    assert (set(high), high["text"]) == ({"high", "text"}, "Homme")
    [critical] = found(
        '<value xsi:type="IVL_PQ"><low value="9"/></value>'
        '<interpretationCode code="HH" codeSystem="2.16.840.1.113883.5.83"/>'
    )
    assert code(critical["type"]) == "HH"
    assert found("") is None


def test_a_battery_gives_its_time_and_its_isolate_to_its_results() -> None:
    undated = _result(_pq("1")).replace('<effectiveTime value="20240601083000+0200"/>', "")
    battery = f"""<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.79"/>
      <effectiveTime value="20240530"/><specimen><specimenRole><specimenPlayingEntity>
      <code code="1" codeSystem="1.2.3" displayName="Escherichia coli"/></specimenPlayingEntity></specimenRole></specimen>
      <component>{undated}</component></organizer>"""
    result = only(_act(battery))
    assert (result["effectiveDateTime"], result["specimen"]["display"]) == ("2024-05-30", "Escherichia coli")


def _signs(*signs: tuple[str, str], time: str = "20240601") -> str:
    inside = "".join(
        f"""<component><observation classCode="OBS" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.50"/>
        <code code="{loinc}" codeSystem="{_LOINC}"/><statusCode code="completed"/>
        <effectiveTime nullFlavor="NA"/>{value}</observation></component>"""
        for loinc, value in signs
    )
    return f"""<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.49"/>
      <statusCode code="completed"/><effectiveTime value="{time}"/>{inside}</organizer>"""


_HIGH, _LOW = ("8480-6", _pq("120", "mm[Hg]")), ("8462-4", _pq("70", "mm[Hg]"))


def test_a_systolic_and_a_diastolic_pressure_make_one_panel() -> None:
    found = read(_signs(_HIGH, _LOW, ("29463-7", _pq("72.50", "kg"))), section="8716-3").entries
    panel, weight = [entry.resource for entry in found]
    check(panel)
    assert code(panel["code"]) == "85354-9"
    assert [code(part["code"]) for part in panel["component"]] == ["8480-6", "8462-4"]
    assert (panel["effectiveDateTime"], code(panel["category"][0])) == ("2024-06-01", "vital-signs")
    assert as_written(weight["valueQuantity"]["value"]) == "72.50"


def test_pressures_that_cannot_be_paired_stay_apart() -> None:
    def codes(*signs: tuple[str, str]) -> list[str]:
        return [code(one["code"]) for one in resources(_signs(*signs))]

    assert codes(_HIGH) == ["8480-6"]
    assert codes(_HIGH, _HIGH, _LOW, _LOW) == ["8480-6", "8480-6", "8462-4", "8462-4"]
    assert codes(_HIGH, ("8462-4", '<value xsi:type="PQ" nullFlavor="UNK"/>')) == ["8480-6"]


def test_a_laboratory_report_has_one_diagnostic_report() -> None:
    def report(status: str) -> dict[str, Any]:
        header = f"""<documentationOf><serviceEvent><code code="18719-5" codeSystem="{_LOINC}"/>{status}
          <effectiveTime><low value="20240601080000+0200"/></effectiveTime></serviceEvent></documentationOf>"""
        found = resources(_act(_result(_pq("1")), _result(_pq("2"))), kind="11502-2", header=header)
        check(found[-1])
        assert len(found[-1]["result"]) == 2
        return found[-1]

    assert report('<lab:statusCode code="completed"/>')["status"] == "final"
    assert report('<lab:statusCode code="active"/>')["status"] == "preliminary"
    assert report("")["status"] == "unknown"


def test_a_report_without_a_coded_result_has_no_diagnostic_report() -> None:
    assert resources(_act(), kind="11502-2") == []
    assert len(resources(_act(_result(_pq("1"))), kind="34133-9")) == 1
