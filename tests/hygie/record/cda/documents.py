"""Small CDA documents written for the tests: a complete minimal header, any body."""

HEADER = """<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<templateId root="1.2.250.1.213.1.1.1.13" extension="2022.01"/>
<id root="1.2.250.1.213.1.1.9" extension="DOC-1"/>
<code code="SYNTH" displayName="Synthèse" codeSystem="1.2.250.1.213.1.1.4.12"/>
<title>Volet de synthèse</title>
<effectiveTime value="20240105101500+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/>
<setId root="1.2.250.1.213.1.1.9" extension="SET-1"/><versionNumber value="2"/>
<recordTarget><patientRole>
  <id root="1.2.250.1.213.1.4.10" extension="279035121518989"/><id root="1.2.3.4" extension="IPP-7"/>
  <patient>
    <name><given>DOMINIQUE MARIE-LOUISE</given><given qualifier="BR">DOMINIQUE</given>
      <family qualifier="BR">PAT-TROIS</family><family qualifier="CL">DURAND</family></name>
    <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
    <birthTime value="19790328"/>
    <birthplace><place><addr><county>51215</county><city>DOMMARTIN</city></addr></place></birthplace>
  </patient></patientRole></recordTarget>
<author><time value="20240105101500+0100"/><assignedAuthor>
  <id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
  <code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
  <assignedPerson><name><family>MEDIONI</family><given>Abel</given></name></assignedPerson>
  <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="10B0000001"/><name>Cabinet</name>
  </representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization>
  <id root="1.2.250.1.71.4.2.2" extension="10B0000001"/><name>Cabinet</name>
</representedCustodianOrganization></assignedCustodian></custodian>
<documentationOf><serviceEvent><effectiveTime><low value="202401050900+0100"/></effectiveTime>
  <performer typeCode="PRF"><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
    <representedOrganization><standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9"/>
    </representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>
<componentOf><encompassingEncounter><effectiveTime><low value="20240105"/></effectiveTime>
  <location><healthCareFacility><code code="SA07" codeSystem="1.2.250.1.71.4.2.4"/></healthCareFacility></location>
</encompassingEncounter></componentOf>"""


def document(
    body: str = "", *, header: str = HEADER, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
) -> bytes:
    """A ClinicalDocument with this header and whatever stands after it."""
    return (
        f'{prolog}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{header}{body}</ClinicalDocument>"
    ).encode()


def structured(*sections: str) -> bytes:
    """A document whose structured body has these sections (each made by `section`)."""
    components = "".join(f"<component>{found}</component>" for found in sections)
    return document(f"<component><structuredBody>{components}</structuredBody></component>")


def section(text: str | None, *, title: str = "Section", code: str = "48765-2", after: str = "") -> str:
    """One section; `text` None leaves the narrative out, `after` is what follows it (entries, inner sections)."""
    titled = f"<title>{title}</title>" if title else ""
    narrative = "" if text is None else f"<text>{text}</text>"
    return f'<section><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>{titled}{narrative}{after}</section>'


def media(identifier: str, base64: str, media_type: str = "image/png") -> str:
    """An entry that holds a file."""
    value = f'<value mediaType="{media_type}" representation="B64">{base64}</value>'
    return (
        f'<entry><observationMedia classCode="OBS" moodCode="EVN" ID="{identifier}">{value}</observationMedia></entry>'
    )
