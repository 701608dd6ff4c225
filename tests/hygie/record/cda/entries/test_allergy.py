"""FR-Allergie-ou-hypersensibilite entries: an allergy is never lost, an absence is never an allergen."""

from typing import Any

import pytest

from tests.hygie.record.cda.entries.entry_documents import code, only, read, resources
from tests.hygie.record.cda.entries.r4_structure import check

_SNOMED = "2.16.840.1.113883.6.96"
_ABSENT = "2.16.840.1.113883.5.1150.1"
_UNCODED = '<value xsi:type="CD"><originalText><reference value="#"/></originalText></value>'
_ACTIVE = '<value xsi:type="CE" code="active" codeSystem="2.16.840.1.113883.4.642.4.1373"/>'
_PENICILLIN = '<code code="J01CE01" codeSystem="2.16.840.1.113883.6.73" displayName="benzylpénicilline"/>'


def _agent(entity: str) -> str:
    return f"""<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity>{entity}</playingEntity>
      </participantRole></participant>"""


def _related(kind: str, observation_code: str, value: str, attributes: str = "") -> str:
    return f"""<entryRelationship typeCode="{kind}"><observation classCode="OBS" moodCode="EVN" {attributes}>
      <code code="{observation_code}" codeSystem="2.16.840.1.113883.6.1"/>{value}</observation></entryRelationship>"""


def _allergy(
    *,
    nature: str = "416098002",
    value: str = _UNCODED,
    inside: str = "",
    attributes: str = "",
    act: str = "active",
    time: str = '<effectiveTime><low value="2019"/></effectiveTime>',
) -> str:
    return f"""<act classCode="ACT" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.40"/><code nullFlavor="NA"/>
      <statusCode code="{act}"/><entryRelationship typeCode="SUBJ">
      <observation classCode="OBS" moodCode="EVN" {attributes}><templateId root="1.2.250.1.213.1.1.3.41"/>
      <code code="{nature}" codeSystem="{_SNOMED}" displayName="nature"/><statusCode code="completed"/>
      {time}{value}{inside}</observation></entryRelationship></act>"""


def test_an_allergy_has_its_agent_nature_and_onset() -> None:
    allergy = only(_allergy(inside=_agent(_PENICILLIN)))
    check(allergy)
    assert code(allergy["code"]) == "J01CE01"
    assert (allergy["type"], allergy["category"], allergy["onsetDateTime"]) == ("allergy", ["medication"], "2019")
    assert code(allergy["clinicalStatus"]) == "active"
    assert "verificationStatus" not in allergy


def test_each_agent_is_an_allergy() -> None:
    latex = _agent("<code nullFlavor='OTH'><originalText>Latex</originalText></code>")
    found = read(_allergy(inside=_agent(_PENICILLIN) + latex))
    assert [one.resource["code"].get("text") for one in found.entries] == [None, "Latex"]
    assert len({one.path for one in found.entries}) == 2


def test_an_agent_that_is_only_named_is_kept() -> None:
    for entity in ("<name>Venin d'abeille</name>", "<code nullFlavor='UNK'/><name>Venin d'abeille</name>"):
        assert only(_allergy(inside=_agent(entity)))["code"] == {"text": "Venin d'abeille"}


@pytest.mark.parametrize(
    ("nature", "kind", "category"),
    [
        ("414285001", "allergy", ["food"]),
        ("426232007", "allergy", ["environment"]),
        ("609398007", "intolerance", ["medication"]),
        ("235719002", "intolerance", ["food"]),
        ("420134006", None, None),
        ("unknown", None, None),
    ],
)
def test_the_nature_is_coded_or_absent(nature: str, kind: str | None, category: list[str] | None) -> None:
    allergy = only(_allergy(nature=nature, inside=_agent(_PENICILLIN)))
    assert (allergy.get("type"), allergy.get("category")) == (kind, category)


@pytest.mark.parametrize(
    ("system", "absent"),
    [
        (_ABSENT, "no-known-allergies"),
        (_ABSENT, "no-allergy-info"),
        (_ABSENT, "no-known-food-allergies"),
        (_SNOMED, "716186003"),
    ],
)
def test_an_absence_is_a_statement_and_never_an_allergen(system: str, absent: str) -> None:
    value = f'<value xsi:type="CD" code="{absent}" codeSystem="{system}" displayName="Aucune"/>'
    for attributes in ("", 'negationInd="true"'):
        allergy = only(_allergy(value=value, attributes=attributes, act="completed"))
        check(allergy)
        assert [one["code"] for one in allergy["code"]["coding"]] == [absent]
        assert not {"category", "type", "reaction", "criticality"} & set(allergy)


def test_a_denied_allergy_without_agent_is_the_absence_code_of_its_nature() -> None:
    def absence(nature: str, value: str) -> str:
        return code(only(_allergy(nature=nature, value=value, attributes='negationInd="true"'))["code"])

    assert absence("416098002", _UNCODED) == "no-known-medication-allergies"
    assert absence("414285001", '<value xsi:type="CD" nullFlavor="NA"/>') == "no-known-food-allergies"
    general = f'<value xsi:type="CD" code="419199007" codeSystem="{_SNOMED}"/>'
    assert absence("609328004", general) == "no-known-allergies"


def test_a_denied_allergy_to_an_agent_is_refuted() -> None:
    allergy = only(_allergy(inside=_agent(_PENICILLIN), attributes='negationInd="true"'))
    assert code(allergy["verificationStatus"]) == "refuted"
    assert code(allergy["clinicalStatus"]) == "inactive"


def test_an_allergen_beside_an_absence_code_is_kept() -> None:
    value = f'<value xsi:type="CD" code="no-known-allergies" codeSystem="{_ABSENT}"/>'
    allergy = only(_allergy(value=value, inside=_agent(_PENICILLIN)))
    assert code(allergy["code"]) == "J01CE01"
    assert "reaction" not in allergy


def test_a_value_that_says_nothing_gives_nothing() -> None:
    for value in (_UNCODED, '<value xsi:type="CD" nullFlavor="NI"/>', ""):
        found = read(_allergy(value=value))
        assert (found.entries, len(found.left_out)) == ((), 1)


def test_answers_of_a_certificate_are_no_allergens() -> None:
    value = '<value xsi:type="CD"><originalText><reference value="#r"/></originalText></value>'

    def found(answer: str) -> list[dict[str, Any]]:
        entry = _allergy(nature="414285001", value=value)
        return resources(entry, narrative=f'<content ID="r">{answer}</content>')

    assert found("Non") == []
    [yes] = found("Oui")
    assert yes["code"] == {"coding": [{"system": "http://snomed.info/sct", "code": "414285001", "display": "nature"}]}
    [milk] = found("Protéines de lait")
    assert milk["code"]["text"] == "Protéines de lait"


def test_the_status_that_is_coded_wins_over_the_act_and_the_dates() -> None:
    ended = '<effectiveTime><low value="2010"/><high value="2012"/></effectiveTime>'

    def status(**parts: str) -> str:
        return code(only(_allergy(**parts))["clinicalStatus"])

    agent = _agent(_PENICILLIN)
    stated = _related("REFR", "33999-4", '<value xsi:type="CE" code="resolved" codeSystem="1.2.3"/>')
    assert status(inside=agent + stated) == "resolved"
    assert status(inside=agent, time=ended) == "active"
    assert status(inside=agent, act="completed") == "active"
    assert status(inside=agent, time=ended, act="completed") == "inactive"
    assert status(inside=agent + _related("REFR", "33999-4", _ACTIVE), time=ended, act="completed") == "active"
    unknown = _related("REFR", "33999-4", '<value xsi:type="CE" code="bizarre" codeSystem="1.2.3"/>')
    assert status(inside=agent + unknown) == "active"


def test_reactions_keep_their_severity_and_denied_ones_do_not_count() -> None:
    hives = f'<value xsi:type="CD" code="126485001" codeSystem="{_SNOMED}"/>'
    severe = _related("SUBJ", "SEV", f'<value xsi:type="CD" code="24484000" codeSystem="{_SNOMED}"/>')
    allergy = only(
        _allergy(
            inside=_agent(_PENICILLIN)
            + _related("MFST", "418799008", hives + severe)
            + _related("MFST", "418799008", hives, 'negationInd="true"')
            + _related("MFST", "418799008", '<value xsi:type="CD" nullFlavor="UNK"/>')
        )
    )
    assert [(code(one["manifestation"][0]), one["severity"]) for one in allergy["reaction"]] == [
        ("126485001", "severe")
    ]


def test_a_severity_without_its_equal_in_fhir_is_absent() -> None:
    between = _related("SUBJ", "SEV", f'<value xsi:type="CD" code="371923003" codeSystem="{_SNOMED}"/>')
    hives = f'<value xsi:type="CD" code="126485001" codeSystem="{_SNOMED}"/>'
    allergy = only(_allergy(inside=_agent(_PENICILLIN) + _related("MFST", "418799008", hives + between)))
    assert "severity" not in allergy["reaction"][0]


def test_an_allergy_entered_in_error_is_left_out() -> None:
    error = _related("SUBJ", "66455-7", '<value xsi:type="CE" code="entered-in-error" codeSystem="1.2.3"/>')
    assert resources(_allergy(inside=_agent(_PENICILLIN) + error)) == []
