"""People read sentences, not event names: each event that can be written in the trace has one, in French."""

import importlib
import pkgutil

import hygie.portals
from hygie.trace.types import Event


def _sentences() -> dict[str, object]:
    found: dict[str, object] = {}
    for module in pkgutil.walk_packages(hygie.portals.__path__, "hygie.portals."):
        for key, sentence in getattr(importlib.import_module(module.name), "EVENT_SENTENCES", {}).items():
            found[str(key)] = sentence
    return found


def test_every_event_has_a_french_sentence():
    sentences = _sentences()
    assert {str(event) for event in Event} - set(sentences) == set()
    assert [event for event, sentence in sentences.items() if not str(sentence).strip()] == []


def test_no_sentence_is_left_of_an_event_that_went():
    assert set(_sentences()) - {str(event) for event in Event} == set()
