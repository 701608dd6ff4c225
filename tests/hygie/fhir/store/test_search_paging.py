"""Pages follow each other without gap or twin, in any order, while others write."""

import base64
import datetime as dt
import itertools
import json
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hygie.fhir.store.condition import HasLabel
from hygie.lib.errors import Invalid
from tests.hygie.fhir.store.shelf import NOW, Shelf

ORDERS = [
    "", "date", "-date", "code", "-code", "-code,date", "status,-date", "_id", "-_id", "_lastUpdated", "-_lastUpdated,code",
    "value-quantity", "-value-quantity,-code,date", "category,_lastUpdated",
]  # fmt: skip


def observation(code="", day=0, value=None, status="final", category=""):
    told = {
        "resourceType": "Observation",
        "status": status,
        "subject": {"reference": "@Patient/"},
        "code": {"text": "t"},
    }
    if code:
        told["code"] = {"coding": [{"system": "urn:c", "code": code}]}
    if day:
        told["effectiveDateTime"] = f"2026-03-{day:02}"
    if value is not None:
        told["valueQuantity"] = {"value": value}
    if category:
        told["category"] = [{"coding": [{"code": category}]}]
    return told


observations = st.builds(
    observation,
    code=st.sampled_from(["", "a", "b", "É"]),
    day=st.integers(0, 4),
    value=st.none() | st.integers(-2, 2),
    status=st.sampled_from(["final", "amended"]),
    category=st.sampled_from(["", "x", "y"]),
)


class PagingTests(TestCase):
    @settings(max_examples=25)
    @given(st.lists(observations, max_size=9), st.sampled_from(ORDERS), st.integers(1, 4))
    def test_pages_are_the_whole_in_its_order(self, given_, order, count):
        shelf = Shelf()
        for number, told in enumerate(given_):
            shelf.put(f"o{number}", told)
        query = f"Observation?_sort={order}"
        whole = shelf.find(f"{query}&_count=100")
        assert sorted(whole) == [f"o{number}" for number in range(len(given_))]
        assert shelf.walk(query, count) == whole
        coded = [name for name in whole if shelf.found(f"Observation?_id={{space}}.{name}&code=urn:c|a")]
        assert shelf.walk(f"{query}&code=urn:c|a", count) == coded
        assert shelf.page(f"{query}&code=urn:c|a&_count=1").total == len(coded)

    @settings(max_examples=25)
    @given(st.lists(observations, min_size=4, max_size=9), st.sampled_from(ORDERS), st.randoms(use_true_random=False))
    def test_what_is_written_between_two_pages_moves_nothing(self, given_, order, rng):
        shelf = Shelf()
        for number, told in enumerate(given_):
            shelf.put(f"o{number}", told)
        query = f"Observation?_sort={order}&_count=2"
        seen, after, come = [], "", itertools.count()
        while True:
            page = shelf.page(query + (f"&_cursor={after}" if after else ""))
            seen += [row.id for row in page.rows]
            shelf.put(f"new{next(come)}", rng.choice(given_))
            if not page.next or len(seen) > 40:
                break
            after = page.next
        old = [name for name in seen if not name.startswith("new")]
        assert sorted(old) == sorted(set(old)) == sorted(f"o{number}" for number in range(len(given_)))
        assert len(seen) == len(set(seen))

    @settings(max_examples=25)
    @given(st.lists(st.tuples(observations, st.booleans()), max_size=8), st.sampled_from(ORDERS), st.integers(1, 3))
    def test_hidden_resources_change_no_page_no_count_no_cursor(self, given_, order, count):
        """The narrowing law: as if what is hidden were not there."""
        full = Shelf()
        bare = Shelf(full.space_id)
        query = f"Observation?_sort={order}&_count={count}"

        def pages(shelf, **scope):
            told, after = [], ""
            while True:
                page = shelf.page(query + (f"&_cursor={after}" if after else ""), **scope)
                told.append(([row.body for row in page.rows], page.total, page.next))
                if not page.next:
                    return told
                after = page.next

        fixed = [{"updated_at": NOW + dt.timedelta(minutes=number)} for number in range(len(given_))]
        for number, (told, hidden) in enumerate(given_):
            if not hidden:
                bare.put(f"o{number}", told, **fixed[number])
        alone = pages(bare)
        for number, (told, hidden) in enumerate(given_):
            if hidden:
                full.put(f"o{number}", told, labels=1, **fixed[number])
        assert pages(full, condition=~HasLabel(1)) == alone


pytestmark = pytest.mark.django_db


def test_a_cursor_holds_for_its_order_and_space_only_and_shows_no_value():
    shelf, other = Shelf(), Shelf()
    for number in range(3):
        shelf.put(f"o{number}", observation(code="SECRET"))
    page = shelf.page("Observation?_sort=code&_count=1")
    sealed = base64.urlsafe_b64decode(page.next + "=" * (-len(page.next) % 4))
    assert page.next and b"SECRET" not in sealed and b"o0" not in sealed
    for query, where in (
        ("Observation?_sort=-code", shelf),
        ("Observation?", shelf),
        ("Observation?_sort=code", other),
    ):
        with pytest.raises(Invalid) as caught:
            where.page(f"{query}&_cursor={page.next}")
        assert caught.value.code == "cursor"
    again = shelf.page("Observation?_sort=code&_count=1")
    assert again.next == page.next


def test_what_has_no_value_comes_last_in_both_directions():
    shelf = Shelf()
    for name, value in (("a", 2), ("b", None), ("c", -1)):
        shelf.put(name, observation(value=value))
    assert shelf.find("Observation?_sort=value-quantity,_id") == ["c", "a", "b"]
    assert shelf.find("Observation?_sort=-value-quantity,_id") == ["a", "c", "b"]


def test_the_hot_questions_are_one_statement_that_names_the_space_in_each_part():
    shelf = Shelf()
    for day in range(1, 6):
        shelf.put(f"o{day}", observation(code="a", day=day))
    for query in ("Observation?code=urn:c|a&_sort=-date", "Observation?", "DocumentReference?", "Observation?code=a"):
        with CaptureQueriesContext(connection) as captured:
            shelf.page(f"{query}&_count=20")
        assert len(captured) == 1, query
    with CaptureQueriesContext(connection) as captured:
        shelf.page(
            "Observation?code=urn:c|a&_count=2&_total=none&_include=Observation:encounter&date=ge2026&category:not=x"
        )
    for each in captured:
        sql = each["sql"]
        tables = sql.count("FROM fhir_index") + sql.count("FROM fhir_resource") + sql.count("JOIN fhir_resource")
        assert sql.count("space_id = ") >= tables > 0


def test_the_newest_of_a_code_come_from_its_index_in_their_order():
    shelf = Shelf()
    days = list(range(1, 29))
    random.Random(1).shuffle(days)
    for day in days:
        shelf.put(f"o{day:02}", observation(code="a" if day % 2 else "b", day=day))
    found = shelf.find("Observation?code=urn:c|a&_sort=-date&_count=5")
    assert found == ["o27", "o25", "o23", "o21", "o19"]
    assert shelf.find("Observation?code=urn:c|a&_sort=date&_count=3") == ["o01", "o03", "o05"]


def test_a_code_that_is_told_twice_is_found_once():
    shelf = Shelf()
    codings = [{"system": "urn:c", "code": "a", "display": text} for text in ("un", "deux")]
    for number in range(4):
        shelf.put(f"o{number}", observation() | {"code": {"coding": codings}})
    for query in ("Observation?code=urn:c|a", "Observation?code=a"):
        assert sorted(shelf.walk(query, 3)) == ["o0", "o1", "o2", "o3"]
        assert shelf.page(f"{query}&_count=1").total == 4


def test_a_count_alone_reads_no_resource():
    shelf = Shelf()
    shelf.put("a", observation(code="a"))
    with CaptureQueriesContext(connection) as captured:
        page = shelf.page("Observation?_summary=count")
    assert (page.rows, page.total, page.next) == ([], 1, "")
    assert "body" not in json.dumps([each["sql"] for each in captured])
