"""R-09, T-02 to T-04: no address gives anybody a word of another person's, nor says whether it exists."""

import pytest
from django.db import transaction

from tests.hygie.api import pdsm

PAGES, MACHINES = "hygie.config.urls", "hygie.api.urls"
AT_THE_PAGES = ("anonymous", "citizen", "other citizen", "doctor", "nurse", "stranger", "blocked")
AT_THE_API = (
    "anonymous",
    "software",
    "software nurse",
    "software stranger",
    "software blocked",
    "software without scope",
)
# What each reader must have met on the way: a walk that sees nothing proves nothing.
EXPECTED = {"citizen": 4, "other citizen": 4, "doctor": 4, "nurse": 3, "software": 4, "software nurse": 3}


def _walk(town, name, urls, found=None):
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)[name]()
    return visitor, crawl.walk(town, visitor, found or crawl.routes(urls), methods=("GET", "POST"))


def _check(visitor, report):
    assert report.faults == {}
    assert len(report.seen) >= EXPECTED.get(visitor.name, 0), report.seen
    assert report.seen <= visitor.may_see


def test_every_parameter_of_an_address_is_tried(town):
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)["citizen"]()
    for route in (*crawl.routes(PAGES), *crawl.routes(MACHINES)):
        for name in route.parameters:
            assert crawl.values_of(name, town, visitor), f"{route.pattern}: say in crawl.py what {name} may be"


def test_a_parameter_that_nobody_described_fails_the_walk(town):
    from tests.security import crawl

    with pytest.raises(KeyError):
        _walk(town, "citizen", PAGES, [crawl.Route("essai/<slug:something_new>/", "new")])


@pytest.mark.parametrize("name", AT_THE_PAGES)
def test_no_page_gives_what_is_somebody_elses(town, name):
    visitor, report = _walk(town, name, PAGES)
    assert report.asked > 250
    _check(visitor, report)


@pytest.mark.parametrize("name", AT_THE_API)
def test_no_machine_address_gives_what_is_somebody_elses(town, name):
    visitor, report = _walk(town, name, MACHINES)
    assert report.asked > 250
    _check(visitor, report)


@pytest.mark.urls("tests.security.planted_views")
def test_planted_faults_are_found(town):
    from tests.security import crawl

    planted = [route for route in crawl.routes("tests.security.planted_views") if route.pattern.startswith("essai/")]
    found = [route for route in planted if route.parameters]
    _, report = _walk(town, "citizen", PAGES, found)
    where = {
        name: {each.split()[1].split("/")[1].rstrip(":") for each in lines} for name, lines in report.faults.items()
    }
    assert where["foreign_marks"] == {"fuite"}
    assert "aveu" in where["told_apart"]
    assert where["failures"] == {"panne"}
    assert where["changed"] == {"levee"}


# ---- ids inside what is sent


def _searches(town, space, **more):
    from urllib.parse import urlencode

    return urlencode({"patient": str(space), **more})


@pytest.mark.parametrize("name", AT_THE_API[1:])
def test_a_search_in_another_persons_space_is_a_search_in_no_space(town, name):
    from hygie.fhir.http.search import TYPES
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)[name]()
    for kind in (*TYPES, "Patient"):
        told = []
        for space in (town.paul.space_id, building.UNKNOWN_UUID):
            query = f"_id={space}" if kind == "Patient" else _searches(town, space)
            answers = (
                visitor.software.get(f"/fhir/{kind}?{query}"),
                visitor.software.post(f"/fhir/{kind}/_search", query.encode(), "application/x-www-form-urlencoded"),
            )
            told.append([(each.status_code, crawl._plain(each.content, str(space), each)) for each in answers])
        assert told[0] == told[1], kind
        assert not any(mark in body for mark in town.paul.marks for _, body in told[0])


def test_the_ids_of_another_person_in_a_search_match_nothing(town):
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)["software nurse"]()
    lea, paul = town.lea, town.paul
    told = []
    tried = [f"{paul.space_id}.{paul.current}", f"{lea.space_id}.{paul.current}", f"{lea.space_id}.{lea.hidden}"]
    for logical_id in (*tried, f"{lea.space_id}.{building.UNKNOWN_ID}"):
        answer = visitor.software.get(f"/fhir/DocumentReference?{_searches(town, lea.space_id, _id=logical_id)}")
        assert answer.json()["total"] == 0
        told.append((answer.status_code, crawl._plain(answer.content, logical_id, answer)))
    assert len(set(told)) == 1


def _bundles(town):
    """Deposits for Léa that name Paul, or what is Paul's, somewhere."""
    world, paul = town.world, town.paul
    other = f"{paul.space_id}.{paul.current}"
    yield "subject", pdsm.document(world, subject={"reference": f"Patient/{paul.space_id}"})
    yield "id", pdsm.document(world, unique_id="1.2.250.1.999.71", id=other)
    target = {"reference": f"DocumentReference/{other}"}
    yield (
        "replaces",
        pdsm.document(world, unique_id="1.2.250.1.999.72", relatesTo=[{"code": "replaces", "target": target}]),
    )
    number = f"{paul.ins.system}|{paul.ins.value}"
    yield "identifier", pdsm.document(world, subject={"reference": f"Patient?identifier={number}"})


def test_what_is_sent_about_one_person_changes_nothing_of_another(town):
    from tests.security import crawl
    from tests.security import town as building

    software = building.visitors(town)["software"]().software
    before = crawl.state(town.paul)
    answers = {}
    for what, document in _bundles(town):
        with transaction.atomic():
            answers[what] = software.post("/fhir", pdsm.bundle(town.world, document))
            assert crawl.state(town.paul) == before, what
            transaction.set_rollback(True)
    assert {what: answer.status_code for what, answer in answers.items() if answer.status_code >= 500} == {}
    assert answers["subject"].status_code == answers["identifier"].status_code == 422
    for answer in answers.values():
        assert not any(mark.encode() in answer.content.lower() for mark in town.paul.marks)


def test_a_document_of_another_patient_and_of_nobody_are_refused_alike(town):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests import factories
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)["doctor"]()
    nobody = factories.cda(unique_id="1.2.3", number=factories.ins(99), who=town.paul.traits)
    told = []
    for source in (building.paper(town.paul, "current", 9), nobody):
        file = SimpleUploadedFile("document.xml", source, "text/xml")
        answer = visitor.client.post(f"/pro/dossier/{visitor.key}/deposer/", {"document": file})
        told.append((answer.status_code, crawl._plain(answer.content, "", answer)))
    assert told[0] == told[1]
    assert told[0][0] == 422
