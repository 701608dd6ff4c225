"""Small CDA documents of one section, to say in a few lines what an entry holds."""

from decimal import Decimal
from typing import Any

from hygie.record.cda.entries import Extraction, read_entries
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2" xmlns:pharm="urn:ihe:pharm:medication">
  <id root="1.2.250.1.999.1" extension="1"/>
  <code code="{kind}" codeSystem="2.16.840.1.113883.6.1" displayName="Document d'essai"/>
  <title>Document d'essai</title>
  <effectiveTime value="20240601120000+0200"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>
    <patient><name><family qualifier="BR">ESSAI</family><given>Anne</given></name>
      <administrativeGenderCode code="F"/><birthTime value="19790315"/></patient></patientRole></recordTarget>
  <author><time value="20240601113000+0200"/><assignedAuthor>
    <id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
    <assignedPerson><name><family>MULLER</family><given>Charles</given></name></assignedPerson>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="1750803447"/><name>Cabinet</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  {header}
  <component><structuredBody><component><section>
    <code code="{section}" codeSystem="2.16.840.1.113883.6.1"/>
    {subject}
    <text>{narrative}</text>
    {entries}
  </section></component></structuredBody></component>
</ClinicalDocument>"""


def document(
    *entries: str, section: str = "", narrative: str = "", subject: str = "", kind: str = "60591-5", header: str = ""
) -> bytes:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return _DOCUMENT.format(
        entries=inside, section=section, narrative=narrative, subject=subject, kind=kind, header=header
    ).encode()


def read(*entries: str, **parts: str) -> Extraction:
    doc = parse_cda(document(*entries, **parts))
    return read_entries(doc, read_header(doc))


def resources(*entries: str, **parts: str) -> list[dict[str, Any]]:
    return [entry.resource for entry in read(*entries, **parts).entries]


def only(*entries: str, **parts: str) -> dict[str, Any]:
    [resource] = resources(*entries, **parts)
    return resource


def code(concept: dict[str, Any], index: int = 0) -> str:
    return str(concept["coding"][index]["code"])


def as_written(number: object) -> str:
    """A decimal as it will be written in JSON."""
    assert isinstance(number, Decimal)
    return str(number)
