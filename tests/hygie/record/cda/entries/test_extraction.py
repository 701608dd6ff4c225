"""Hostile and broken entries: the document is never refused for one, and what comes out is always R4."""

import copy
import logging
from pathlib import Path

import pytest
from lxml.etree import _Element

from hygie.record.cda.elements import V3
from hygie.record.cda.entries import read_entries
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.types import CdaDocument
from tests.hygie.record.cda.entries.entry_documents import only, read, resources
from tests.hygie.record.cda.entries.r4_structure import check

_MUTATED = (
    "cda-3.0/VAC-NOTE_2023.01.xml",
    "cda-3.0/VSM_1.4_2022.01.xml",
    "cda-3.0/LDL-EES_2022.01.xml",
    "cda-3.0/eDISP-MED_2024.01.xml",
    "cda-3.0/BIO-CR-BIO_2024.01_TSH_1.xml",
)


@pytest.mark.parametrize("name", _MUTATED)
def test_whatever_an_entry_loses_the_rest_is_r4(name: str, shared_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each element of each entry in turn is removed, then emptied and made null."""
    doc = parse_cda((shared_path / "samples" / name).read_bytes())
    header = read_header(doc)
    whole = len(read_entries(doc, header).entries)
    entries = list(doc.root.iter(f"{V3}entry"))
    for place in [(at, inner) for at, entry in enumerate(entries) for inner in range(1, len(list(entry.iter())))]:
        for damage in (_remove, _nullify):
            broken = CdaDocument(copy.deepcopy(doc.root), doc.self_presenting, doc.size)
            entry = list(broken.root.iter(f"{V3}entry"))[place[0]]
            damage(list(entry.iter())[place[1]])
            with caplog.at_level(logging.ERROR):
                found = read_entries(broken, header)
            assert len(found.entries) <= whole + 2, place
            for one in found.entries:
                check(one.resource)
    assert not caplog.records


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _nullify(element: _Element) -> None:
    for name in list(element.attrib):
        if name not in ("classCode", "moodCode"):
            del element.attrib[name]
    for inner in list(element):
        element.remove(inner)
    element.text = None
    element.set("nullFlavor", "UNK")


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "<act/>",
        "<unknown/>",
        '<act><templateId root="1.2.250.1.213.1.1.3.40"/></act>',
        '<act><templateId root="1.2.250.1.213.1.1.3.39"/><entryRelationship typeCode="SUBJ"/></act>',
        '<organizer><templateId root="1.2.250.1.213.1.1.3.49"/><component/></organizer>',
        '<organizer><templateId root="1.2.250.1.213.1.1.3.208"/></organizer>',
        '<encounter classCode="ENC" moodCode="EVN"/>',
        '<observation xmlns="urn:elsewhere"><templateId root="1.2.250.1.213.1.1.3.80"/></observation>',
    ],
)
def test_an_entry_that_holds_nothing_gives_nothing(entry: str) -> None:
    assert resources(entry) == []


@pytest.mark.parametrize("template", ["37", "41", "42", "45", "50", "80", "83", "204"])
def test_an_empty_entry_of_each_kind_is_left_out_and_counted(template: str) -> None:
    names = {"42": "substanceAdministration", "45": "substanceAdministration", "83": "substanceAdministration"}
    name = names.get(template, "supply" if template == "204" else "observation")
    found = read(f'<{name} moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.{template}"/></{name}>')
    assert found.entries == ()
    assert found.left_out == (f"/ClinicalDocument/component/structuredBody/component/section/entry/{name}",)


def test_a_reader_that_fails_costs_its_entry_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from hygie.record.cda.entries import condition

    def broken(*_: object) -> str:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(condition, "_clinical_status", broken)
    with caplog.at_level(logging.ERROR):
        found = read(_problem("J45"), _weight("72.50"))
    assert [entry.resource["resourceType"] for entry in found.entries] == ["Observation"]
    assert len(found.left_out) == 1
    assert "J45" not in caplog.text


def _problem(code: str) -> str:
    return f"""<observation classCode="OBS" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.37"/>
      <value xsi:type="CD" code="{code}" codeSystem="2.16.840.1.113883.6.3"/></observation>"""


def _weight(value: str, text: str = "") -> str:
    return f"""<observation classCode="OBS" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.50"/>
      <code code="29463-7" codeSystem="2.16.840.1.113883.6.1">{text}</code><statusCode code="completed"/>
      <value xsi:type="PQ" value="{value}" unit="kg"/></observation>"""


def test_text_that_looks_like_markup_stays_text() -> None:
    text = "<originalText>&lt;script&gt;alert(1)&lt;/script&gt;</originalText>"
    assert only(_weight("72.50", text))["code"]["text"] == "<script>alert(1)</script>"


def test_a_reference_to_a_whole_table_is_not_copied_into_each_entry() -> None:
    text = '<originalText><reference value="#all"/></originalText>'
    narrative = f'<table ID="all"><tbody><tr><td>{"phrase " * 5000}</td></tr></tbody></table>'
    assert "text" not in only(_weight("72.50", text), narrative=narrative)["code"]


def test_a_reference_to_itself_or_to_nothing_is_no_text() -> None:
    for reference in ("#", "", "#absent", "http://example.org/x", "##"):
        text = f'<originalText><reference value="{reference}"/></originalText>'
        assert "text" not in only(_weight("72.50", text))["code"]


def test_a_thousand_entries_are_read_in_their_order() -> None:
    found = read(*[_weight(f"{number}.50") for number in range(1000)])
    assert [str(entry.resource["valueQuantity"]["value"]) for entry in found.entries][-1] == "999.50"
    assert len({entry.path for entry in found.entries}) == 1000


def test_deeply_nested_batteries_are_read() -> None:
    result = """<observation classCode="OBS" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.80"/>
      <code code="1-8" codeSystem="2.16.840.1.113883.6.1"/><value xsi:type="INT" value="1"/></observation>"""
    inside = result
    for _ in range(20):
        inside = f'<organizer classCode="BATTERY" moodCode="EVN"><component>{inside}</component></organizer>'
    assert only(inside)["valueInteger"] == 1


def test_an_identifier_is_an_oid_or_a_uuid() -> None:
    def identifier(attributes: str) -> object:
        entry = _weight("1").replace("<code ", f"<id {attributes}/><code ", 1)
        return only(entry).get("identifier")

    assert identifier('root="1.2.3"') == [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}]
    assert identifier('root="1.2.3" extension="x"') == [{"system": "urn:oid:1.2.3", "value": "x"}]
    assert identifier('root="AADC9C14-F1CA-4177-B2C8-A5178D5B3CA0"') == [
        {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:aadc9c14-f1ca-4177-b2c8-a5178d5b3ca0"}
    ]
    assert identifier('root="ID-LOCAL"') is None
    assert identifier('nullFlavor="UNK"') is None


def test_a_document_without_a_structured_body_has_no_entry(shared_path: Path) -> None:
    doc = parse_cda((shared_path / "samples/cda-3.0/DOC_NON_STRUCTURE_CDA-R2-N1.xml").read_bytes())
    assert read_entries(doc, read_header(doc)).entries == ()
