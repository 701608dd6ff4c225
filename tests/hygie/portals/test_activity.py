"""Every event has its sentence, and a sentence escapes what it is filled with."""

import datetime as dt
import uuid

import pytest

from hygie.access.rules import BY_ID
from hygie.access.types import AccessLine
from hygie.identity.types import OrganizationView, ProfessionalView
from hygie.portals import activity
from hygie.trace.types import Event

DOCTOR = ProfessionalView(uuid.uuid4(), "899900000001", "MARTIN", "Antoine", "DR", "10", "G15_10/SM26")
CABINET = OrganizationView(uuid.uuid4(), "1990000001", "Maison de santé <des> Tilleuls")


def line(event: str = "record.document.read", **changed) -> AccessLine:
    values = {
        "seq": 1,
        "at": dt.datetime(2026, 3, 16, 9, 12, tzinfo=dt.UTC),
        "event": event,
        "outcome": "allowed",
        "actor_kind": "professional",
        "is_me": False,
        "professional": DOCTOR,
        "organization": CABINET,
        "profession": "10",
        "ground": "professional.team",
        "mode": "normal",
        "channel": "web",
        "client_id": "",
        "client_name": "",
        "document_id": "",
    }
    return AccessLine(**{**values, **changed})


@pytest.mark.parametrize("event", [str(event) for event in Event])
@pytest.mark.parametrize("outcome", ["allowed", "refused"])
@pytest.mark.parametrize("is_me", [True, False])
def test_each_event_is_a_whole_sentence(event, outcome, is_me):
    told = activity.tell(line(event, outcome=outcome, is_me=is_me))
    assert told.endswith(".") and "%(" not in told and "record." not in told
    assert activity.tell_plainly(line(event, outcome=outcome, is_me=is_me)).endswith(".")


def test_a_professional_is_told_with_trade_and_place():
    assert activity.tell(line(), "« Prise de sang »") == (
        "<strong>Dr Antoine MARTIN</strong>, médecin généraliste, Maison de santé &lt;des&gt; Tilleuls,"
        " a consulté « Prise de sang »."
    )


def test_what_fills_a_sentence_is_escaped():
    assert "<script>" not in activity.tell(line(), "<script>")
    assert activity.fill("a %(x)s b < c", x="<i>") == "a &lt;i&gt; b &lt; c"


def test_somebody_whose_name_is_lost_is_not_an_id():
    unknown = line(professional=None, organization=None)
    assert "annuaire" in activity.name_of(unknown)
    assert activity.name_of(line(professional=None)) == CABINET.name
    assert activity.name_of(line(actor_kind="citizen", professional=None, organization=None)) == "Un proche"


@pytest.mark.parametrize(
    ("profession", "speciality", "trade"),
    [
        ("10", "G15_10/SM26", "médecin généraliste"),
        ("10", "G15_10/SM04", "médecin en cardiologie et maladies vasculaires"),
        ("60", "", "infirmier"),
        ("40", "", "chirurgien-dentiste"),
        ("21", "G15_21/A", "pharmacien titulaire d'officine"),
        ("999", "", ""),
    ],
)
def test_trades_are_said_in_words(profession, speciality, trade):
    view = ProfessionalView(uuid.uuid4(), "1", "X", "Y", "", profession, speciality)
    assert activity.trade_of(view) == trade


def test_each_rule_on_professionals_is_explained_to_the_person():
    """A rule without words would leave a blank in « Qui a vu »."""
    told = set(activity.GROUND_SENTENCES)
    assert {rule for rule in BY_ID if rule.startswith(("professional.", "opposition."))} <= told
