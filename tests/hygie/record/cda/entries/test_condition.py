"""FR-Probleme entries: status, dates, denial, absence."""

import pytest

from tests.hygie.record.cda.entries.entry_documents import code, only, read, resources
from tests.hygie.record.cda.entries.r4_structure import check

_ASTHMA = '<value xsi:type="CD" code="J45.9" codeSystem="2.16.840.1.113883.6.3" displayName="Asthme"/>'


def _observation(
    *,
    value: str = _ASTHMA,
    attributes: str = "",
    time: str = '<effectiveTime><low value="201905"/></effectiveTime>',
    inside: str = "",
) -> str:
    return f"""<observation classCode="OBS" moodCode="EVN" {attributes}><templateId root="1.2.250.1.213.1.1.3.37"/>
      <id root="12DA3A06-18E7-40B7-9397-1FA5B1552472"/>
      <code code="282291009" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>{time}{value}{inside}
      </observation>"""


def _concern(observation: str, *, status: str = "active") -> str:
    return f"""<act classCode="ACT" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.39"/>
      <statusCode code="{status}"/><entryRelationship typeCode="SUBJ">{observation}</entryRelationship></act>"""


def _stated(value: str) -> str:
    return f"""<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">
      <code code="33999-4" codeSystem="2.16.840.1.113883.6.1"/>
      <value xsi:type="CE" code="{value}" codeSystem="2.16.840.1.113883.4.642.4.1074"/></observation></entryRelationship>"""


def test_an_active_problem_is_in_the_problem_list() -> None:
    problem = only(_concern(_observation()), section="11450-4")
    check(problem)
    assert (code(problem["code"]), problem["onsetDateTime"]) == ("J45.9", "2019-05")
    assert (code(problem["clinicalStatus"]), code(problem["category"][0])) == ("active", "problem-list-item")
    assert "verificationStatus" not in problem


@pytest.mark.parametrize(
    ("section", "act", "time", "inside", "status"),
    [
        ("11450-4", "completed", "", "", None),  # the section and the act contradict each other
        ("11348-0", "completed", "", "", "resolved"),
        ("11348-0", "active", "", "", "active"),
        ("11450-4", "completed", '<high value="2020"/>', "", "resolved"),
        ("11450-4", "completed", '<high nullFlavor="UNK"/>', "", "resolved"),
        ("11450-4", "completed", '<high nullFlavor="NA"/>', "", None),
        ("11450-4", "active", '<high value="2035"/>', "", "active"),
        ("11450-4", "completed", "", "recurrence", "recurrence"),
        ("11450-4", "completed", '<high value="2020"/>', "remission", "remission"),
        ("11450-4", "aborted", "", "", None),
    ],
)
def test_the_clinical_status_is_the_one_that_is_coded(
    section: str, act: str, time: str, inside: str, status: str | None
) -> None:
    observation = _observation(
        time=f'<effectiveTime><low value="2019"/>{time}</effectiveTime>', inside=_stated(inside) if inside else ""
    )
    problem = only(_concern(observation, status=act), section=section)
    check(problem)
    assert (code(problem["clinicalStatus"]) if "clinicalStatus" in problem else None) == status


def test_an_end_is_told_only_for_a_problem_that_has_ended() -> None:
    time = '<effectiveTime><low value="2019"/><high value="20200102"/></effectiveTime>'
    ended = only(_concern(_observation(time=time)))
    assert ended["abatementDateTime"] == "2020-01-02"
    still = only(_concern(_observation(time=time, inside=_stated("active"))))
    assert "abatementDateTime" not in still


def test_an_end_before_the_start_gives_no_date() -> None:
    time = '<effectiveTime><low value="2019"/><high value="2001"/></effectiveTime>'
    problem = only(_concern(_observation(time=time)))
    assert not {"onsetDateTime", "abatementDateTime"} & set(problem)


def test_a_diagnosis_outside_a_concern_has_no_status() -> None:
    problem = only(_observation(), section="42349-1")
    assert not {"clinicalStatus", "category"} & set(problem)


def test_a_denied_problem_is_refuted_and_has_no_status() -> None:
    problem = only(_concern(_observation(attributes='negationInd="true"')), section="11450-4")
    check(problem)
    assert code(problem["verificationStatus"]) == "refuted"
    assert "clinicalStatus" not in problem


def test_no_known_problem_is_said_as_it_is_coded() -> None:
    value = '<value xsi:type="CD" code="no-known-problems" codeSystem="2.16.840.1.113883.5.1150.1"/>'
    for attributes in ("", 'negationInd="true"'):
        problem = only(_concern(_observation(value=value, attributes=attributes)), section="11450-4")
        assert set(problem) == {"resourceType", "identifier", "code"}


def test_a_problem_without_a_code_is_left_out() -> None:
    for value in (
        '<value xsi:type="CD" nullFlavor="UNK"/>',
        '<value xsi:type="CD"><originalText>fatigue</originalText></value>',
        '<value xsi:type="CD" code="J45.9"/>',
        "",
    ):
        found = read(_concern(_observation(value=value)))
        assert (found.entries, len(found.left_out)) == ((), 1)


def test_an_id_borne_by_two_entries_identifies_neither() -> None:
    found = read(_concern(_observation()), _concern(_observation()), _observation(value=_ASTHMA))
    assert not [one for one in found.entries if "identifier" in one.resource]
    assert all(one.path.startswith("/ClinicalDocument/component/") for one in found.entries)
    assert len({one.path for one in found.entries}) == 3


def test_the_path_is_the_id_when_it_is_the_only_one() -> None:
    [entry] = read(_concern(_observation()), section="11450-4").entries
    assert (entry.path, entry.section_code) == ("12DA3A06-18E7-40B7-9397-1FA5B1552472", "11450-4")


def test_a_family_history_and_a_wish_are_not_the_patient_s_problems() -> None:
    family = """<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.59"/>
      <subject><relatedSubject><code code="MTH"/></relatedSubject></subject>
      <component><observation classCode="OBS" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.51"/>
      <code code="1" codeSystem="1.2"/><value xsi:type="CD" code="E10" codeSystem="2.16.840.1.113883.6.3"/>
      </observation></component></organizer>"""
    goal = _observation().replace('moodCode="EVN"', 'moodCode="GOL"')
    assert resources(family, goal) == []
