"""Queries that are almost right: each is answered or refused as a fault, quickly."""

import random
import time

import pytest

from hygie.fhir.core import graphql
from tests.hygie.fhir.core.graphql.test_elements import PATIENT, Nothing

QUERIES = [
    "{ name(use: official, _count: 1) @flatten { given @first family @singleton } }",
    '{ name @slice(path: "use") { given } contact { name { family } } }',
    "query q($a: code = x, $b: Boolean!) { name(use: $a) @include(if: $b) { ...F } ...{ id } } fragment F on HumanName { given }",
    "{ managingOrganization { resource(optional: true, type: [Organization]) { ... on Organization { name } } } }",
    '{ name(fhirpath: "given.exists()") { a: family b: family } _birthDate { extension { url valueTime } } }',
]
WORDS = (
    '{ } ( ) [ ] @first @flatten @slice(path:"$index") ... on Patient name given resource _count:3 fhirpath:"$this" $a "x" 1e9 '
    "-1 null true fragment query : ! type:[Group] é __typename resourceType _name extension value id"
).split()


def _mutated(chance):
    parts = chance.choice(QUERIES).replace("{", " { ").replace("}", " } ").split()
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(parts))
        parts[place : place + chance.randint(0, 1)] = [chance.choice(WORDS)] if chance.random() < 0.7 else []
    return " ".join(parts)


@pytest.mark.parametrize("seed", range(4))
def test_a_query_that_is_almost_right(seed):
    chance = random.Random(seed)
    given = [{}, {"a": "official", "b": True}, {"a": 1, "b": None}, {"a": ["x"], "b": False}]
    for _ in range(500):
        text = _mutated(chance)
        start = time.process_time()
        try:
            code = "" if graphql.run(graphql.read(text, chance.choice(given)), Nothing(), focus=PATIENT) else "empty"
        except graphql.Fault as fault:
            code = fault.code
        assert code == "" or code.startswith("graphql-"), text
        assert time.process_time() - start < 1, text


def test_fields_that_are_absent_are_paid_too():
    names = " ".join(f"a{n}: text" for n in range(1_500))
    focus = {"resourceType": "Patient", "name": [{"use": "usual"}] * 500}
    start = time.process_time()
    with pytest.raises(graphql.Fault) as caught:
        graphql.run(graphql.read(f"{{ name {{ {names} }} }}"), Nothing(), focus=focus)
    assert caught.value.code == "graphql-budget"
    assert time.process_time() - start < 2
