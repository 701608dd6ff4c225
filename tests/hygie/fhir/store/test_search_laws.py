"""Laws of search, over invented records: what narrows, what widens, and that hidden resources change nothing."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hygie.fhir.store.condition import HasLabel
from hygie.fhir.store.models import IndexRow, Resource
from tests.hygie.fhir.store.shelf import NOW, Shelf

pytestmark = pytest.mark.django_db

NOT_HIDDEN = ~HasLabel(1)
NAMES = [f"{kind}{number}" for kind in "eor" for number in range(3)]
KINDS = {"e": "Encounter", "o": "Observation", "r": "DiagnosticReport"}
concepts = st.fixed_dictionaries(
    {"coding": st.lists(st.fixed_dictionaries({"code": st.sampled_from("abc")}, optional={"system": st.sampled_from(["s", "t"])}),
                        min_size=1, max_size=2)},
    optional={"text": st.sampled_from(["Été", "etage", "x"])},
)  # fmt: skip
moments = st.sampled_from(["2026", "2026-03", "2026-03-16", "2026-03-16T10:00:00Z"])


def references(kind):
    return st.sampled_from(
        [{"reference": f"@{KINDS[kind]}/{kind}{number}"} for number in range(3)] + [{"reference": "Device/x"}]
    )


BODIES = {
    "e": st.fixed_dictionaries({"status": st.sampled_from(["finished", "planned"]), "class": st.just({"code": "AMB"})},
                               optional={"type": st.lists(concepts, min_size=1, max_size=2)}),
    "o": st.fixed_dictionaries(
        {"status": st.sampled_from(["final", "amended"]), "code": concepts},
        optional={
            "encounter": references("e"), "effectiveDateTime": moments, "hasMember": st.lists(references("o"), max_size=2),
            "valueQuantity": st.fixed_dictionaries(
                {"value": st.integers(-3, 3)},
                optional={"system": st.just("http://unitsofmeasure.org"), "code": st.sampled_from(["g", "kg"])},
            ),
            "valueString": st.sampled_from(["Été chaud", "ETE", "hiver"]),
        },
    ),
    "r": st.fixed_dictionaries({"status": st.just("final"), "code": concepts},
                               optional={"result": st.lists(references("o"), min_size=1, max_size=3),
                                         "encounter": references("e")}),
}  # fmt: skip
records = st.dictionaries(st.sampled_from(NAMES), st.booleans(), max_size=8).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {name: st.tuples(BODIES[name[0]], st.just(hidden)) for name, hidden in chosen.items()}
    )
)
QUERIES = [
    "Observation?code=a", "Observation?code=s|a", "Observation?code=|a", "Observation?code:not=a", "Observation?code:text=ete",
    "Observation?status=final", "Observation?status:not=final", "Observation?date=2026-03", "Observation?date=ge2026-03-16",
    "Observation?value-quantity=1", "Observation?value-quantity=gt1|http://unitsofmeasure.org|g", "Observation?value-string=ete",
    "Observation?value-string:missing=true", "Observation?code-value-quantity=a$gt0", "Observation?encounter.status=finished",
    "Observation?encounter=Device/x", "Observation?has-member:Observation.code=a", "Observation?has-member.has-member.code=b",
    "Observation?_has:DiagnosticReport:result:code=a", "Observation?_has:Observation:has-member:code:not=a",
    "Encounter?_has:Observation:encounter:code=a",
    "Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:status=final",
    "Encounter?type=a", "Encounter?_revinclude=Observation:encounter&_revinclude:iterate=DiagnosticReport:result",
    "DiagnosticReport?_include=DiagnosticReport:result&_include:iterate=Observation:encounter", "DiagnosticReport?result.code=a",
    "DiagnosticReport?_include=*", "Observation?_include:iterate=Observation:has-member", "Observation?_sort=code,-date",
    "Observation?_sort=-value-quantity&_count=2", "DiagnosticReport?encounter.type=a", "Observation?_lastUpdated=ge2026&_count=1",
]  # fmt: skip


def fill(shelf, told, *, hidden):
    for number, (name, (body, is_hidden)) in enumerate(sorted(told.items())):
        if hidden or not is_hidden:
            resource = {"resourceType": KINDS[name[0]], "subject": {"reference": "@Patient/"}} | body
            shelf.put(name, resource, labels=int(is_hidden), updated_at=NOW + dt.timedelta(minutes=number))


def answer(shelf, query):
    page = shelf.page(query, condition=NOT_HIDDEN, by_type=lambda type: NOT_HIDDEN)
    return [row.body for row in page.rows], page.total, page.next, [each.row.body for each in page.included]


class LawTests(TestCase):
    @settings(max_examples=40)
    @given(records)
    def test_an_answer_is_the_one_of_a_store_without_what_is_hidden(self, told):
        full = Shelf()
        bare = Shelf(full.space_id)
        fill(bare, told, hidden=False)
        alone = [answer(bare, query) for query in QUERIES]
        self._empty(bare)
        fill(full, told, hidden=True)
        assert [answer(full, query) for query in QUERIES] == alone

    def _empty(self, shelf):
        Resource.objects.filter(space_id=shelf.space_id).delete()
        IndexRow.objects.filter(space_id=shelf.space_id).delete()

    @settings(max_examples=40)
    @given(records, st.sampled_from("abc"), st.sampled_from("abc"), moments)
    def test_what_narrows_and_what_widens(self, told, one, other, moment):
        shelf = Shelf()
        fill(shelf, told, hidden=True)

        def found(query):
            return shelf.found(f"Observation?{query}&_count=100")

        everything = found("")
        assert found(f"code={one},{other}") == found(f"code={one}") | found(f"code={other}")
        assert found(f"code={one}&code={other}") == found(f"code={one}") & found(f"code={other}")
        assert found(f"code:not={one}") == everything - found(f"code={one}")
        assert found(f"code={one}") == found(f"code=s|{one}") | found(f"code=t|{one}") | found(f"code=|{one}")
        assert found(f"code=s|{one}") <= found("code=s|")
        for name in ("value-string", "encounter", "date", "value-quantity", "has-member"):
            assert found(f"{name}:missing=true") == everything - found(f"{name}:missing=false")
        assert found("value-string:exact=ETE") <= found("value-string=ete") <= found("value-string:contains=te")
        assert found(f"date=ge{moment}") == found(f"date=gt{moment}") | found(f"date={moment}")
        assert found(f"date=le{moment}") == found(f"date=lt{moment}") | found(f"date={moment}")
        assert found(f"date=ne{moment}") == found("date:missing=false") - found(f"date={moment}")
        assert found(f"date=sa{moment}") <= found(f"date=gt{moment}") and found(f"date=eb{moment}") <= found(
            f"date=lt{moment}"
        )
        assert found("value-quantity=ge1") == found("value-quantity=gt1") | found("value-quantity=ap1")
        for query in (f"code={one}", f"date=ge{moment}", "encounter.status=finished"):
            assert shelf.page(f"Observation?{query}&_count=0").total == len(found(query))
            assert set(shelf.walk(f"Observation?{query}", 1)) == found(query)
