"""FR-Vaccination entries, in small documents."""

from tests.hygie.record.cda.entries.entry_documents import as_written, code, only, read, resources

_SECTION = "11369-6"


def _vaccination(
    *,
    attributes: str = 'moodCode="EVN" negationInd="false"',
    product: str = '<code code="J07AN" codeSystem="2.16.840.1.113883.6.73" displayName="BCG"/>',
    time: str = '<effectiveTime value="20240115"/>',
    more: str = "",
) -> str:
    return f"""<substanceAdministration classCode="SBADM" {attributes}>
      <templateId root="1.2.250.1.213.1.1.3.45"/><id root="1.2.250.1.999.7" extension="V1"/>
      <statusCode code="completed"/>{time}{more}
      <consumable><manufacturedProduct><manufacturedMaterial>{product}</manufacturedMaterial></manufacturedProduct>
      </consumable></substanceAdministration>"""


def test_a_vaccination_has_an_identifier_and_a_day() -> None:
    vaccine = only(_vaccination(), section=_SECTION)
    assert vaccine["identifier"] == [{"system": "urn:oid:1.2.250.1.999.7", "value": "V1"}]
    assert (vaccine["status"], vaccine["occurrenceDateTime"]) == ("completed", "2024-01-15")
    # Nobody says who vaccinated.
    assert not {"primarySource", "performer", "lotNumber"} & set(vaccine)


def test_a_negated_vaccination_was_not_done() -> None:
    assert only(_vaccination(attributes='moodCode="EVN" negationInd="true"'))["status"] == "not-done"


def test_a_planned_vaccination_is_left_out() -> None:
    found = read(_vaccination(attributes='moodCode="INT"'))
    assert (found.entries, len(found.left_out)) == ((), 1)


def test_a_vaccination_without_a_code_is_left_out() -> None:
    for product in (
        '<code nullFlavor="UNK"/>',
        "<name>Vaccin inconnu</name>",
        '<code nullFlavor="MSK"><originalText>Secret</originalText></code>',
        '<code code="J07AN" displayName="BCG"/>',
        '<code code="J07AN" codeSystem="ATC"/>',
    ):
        found = read(_vaccination(product=product))
        assert (found.entries, len(found.left_out)) == ((), 1)


def test_translations_are_enough_when_the_code_is_null() -> None:
    product = """<code nullFlavor="NA"><translation code="J07AN" codeSystem="2.16.840.1.113883.6.73"/>
      <translation nullFlavor="UNK"/></code>"""
    assert [one["code"] for one in only(_vaccination(product=product))["vaccineCode"]["coding"]] == ["J07AN"]


def test_an_unknown_day_is_said_and_not_guessed() -> None:
    for time in ("", '<effectiveTime nullFlavor="NAV"/>', '<effectiveTime value="20241341"/>'):
        vaccine = only(_vaccination(time=time))
        assert vaccine["occurrenceString"] == "Date non renseignée"
        assert "occurrenceDateTime" not in vaccine


def test_the_dose_keeps_its_digits_and_a_null_route_is_absent() -> None:
    more = '<routeCode nullFlavor="NA"/><doseQuantity value="0.50" unit="mL"/>'
    vaccine = only(_vaccination(more=more))
    assert as_written(vaccine["doseQuantity"]["value"]) == "0.50"
    assert "route" not in vaccine


def test_a_dose_number_is_a_positive_integer() -> None:
    def number(value: str) -> object:
        rank = f"""<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
          <code code="30973-2" codeSystem="2.16.840.1.113883.6.1"/>{value}</observation></entryRelationship>"""
        return only(_vaccination(more=rank)).get("protocolApplied")

    assert number('<value xsi:type="INT" value="3"/>') == [{"doseNumberPositiveInt": 3}]
    for value in ("0", "-1", "1.5", "x", "99999999999"):
        assert number(f'<value xsi:type="INT" value="{value}"/>') is None
    assert number('<value xsi:type="INT" nullFlavor="UNK"/>') is None


def test_a_product_gives_its_lot_expiry_and_maker() -> None:
    entry = _vaccination(
        product="""<code code="J07AN" codeSystem="2.16.840.1.113883.6.73"/><lotNumberText> AB 12 </lotNumberText>
          <pharm:expirationTime value="20301231"/>"""
    ).replace(
        "</manufacturedProduct>",
        "<manufacturerOrganization><name>Labo</name></manufacturerOrganization></manufacturedProduct>",
    )
    vaccine = only(entry)
    assert (vaccine["lotNumber"], vaccine["expirationDate"]) == ("AB 12", "2030-12-31")
    assert vaccine["manufacturer"] == {"display": "Labo"}
    null = _vaccination().replace("</manufacturedMaterial>", '<lotNumberText nullFlavor="UNK"/></manufacturedMaterial>')
    assert "lotNumber" not in only(null)


def test_no_known_vaccination_is_not_a_vaccination() -> None:
    product = '<code code="no-known-immunizations" codeSystem="2.16.840.1.113883.5.1150.1"/>'
    vaccine = only(_vaccination(product=product, time=""))
    assert (vaccine["status"], code(vaccine["vaccineCode"])) == ("not-done", "no-known-immunizations")


def test_the_author_who_vaccinated_is_a_primary_source() -> None:
    performer = """<performer><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="{}"/><assignedPerson><name>
      <family>MULLER</family></name></assignedPerson></assignedEntity></performer>"""
    assert only(_vaccination(more=performer.format("801234567897")))["primarySource"] is True
    assert "primarySource" not in only(_vaccination(more=performer.format("801234567898")))


def test_comments_come_from_the_narrative_and_a_dash_is_none() -> None:
    comment = """<entryRelationship typeCode="SUBJ"><act classCode="ACT" moodCode="EVN">
      <templateId root="1.2.250.1.213.1.1.3.32"/><text><reference value="#c"/></text></act></entryRelationship>"""
    narrative = '<content ID="c">Bien <content>toléré</content></content>'
    assert only(_vaccination(more=comment), narrative=narrative)["note"] == [{"text": "Bien toléré"}]
    assert "note" not in only(_vaccination(more=comment), narrative='<content ID="c">-</content>')
    assert "note" not in only(_vaccination(more=comment))


def test_entries_about_somebody_else_are_left_out() -> None:
    mother = '<subject><relatedSubject classCode="PRS"><code code="MTH"/></relatedSubject></subject>'
    assert resources(_vaccination(), subject=mother) == []
    assert resources(_vaccination(more=mother)) == []
