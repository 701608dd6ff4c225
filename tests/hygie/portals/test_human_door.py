"""The human door: who may open what, how long a session lasts, how an error is answered."""

import datetime as dt
import logging
import uuid

import pytest
from django.conf import settings
from django.test import Client

from hygie.identity.sign_in import actions as sign_in
from hygie.identity.sign_in.models import Session
from hygie.lib import clock
from hygie.portals.middleware import ACTING_SPACE, ORGANIZATION, SESSION
from hygie.portals.ui.errors import STATUSES
from tests.hygie.portals.rooms import KINDS, SECRET
from tests.hygie.portals.visitors import PASSWORD, make_doctor, make_family

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.hygie.portals.rooms")]


def signed_in(username: str) -> Client:
    client = Client()
    answer = client.post("/connexion/", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def put(client: Client, **values: object) -> None:
    session = client.session
    session.update(values)
    session.save()


def test_a_page_asks_a_stranger_to_sign_in_and_remembers_the_way_without_its_words(client):
    answer = client.get("/essai/citoyen/?q=diabete")
    assert answer.status_code == 302
    assert answer["Location"] == "/connexion/?suite=%2Fessai%2Fcitoyen%2F"


def test_a_form_sent_by_a_stranger_is_not_replayed_after_sign_in(client):
    assert client.post("/essai/formulaire/")["Location"] == "/connexion/"


def test_each_audience_is_kept_to_its_side():
    make_family()
    make_doctor("martin", 1)
    citizen, doctor = signed_in("lea"), signed_in("martin")
    assert citizen.get("/essai/citoyen/").status_code == 200
    assert citizen.get("/pro/essai/").status_code == 403
    assert doctor.get("/pro/essai/").status_code == 200
    assert doctor.get("/essai/citoyen/").status_code == 403


def test_a_view_without_a_policy_is_refused_to_all(client):
    make_family()
    for visitor in (client, signed_in("lea")):
        answer = visitor.get("/essai/oubli/")
        assert answer.status_code == 403
        assert SECRET not in answer.content.decode()


def test_a_mother_acts_for_her_child_and_for_nobody_else():
    family = make_family()
    client = signed_in("lea")
    assert client.get("/essai/citoyen/").content.decode() == f"{family.mother} {family.mother} Léa"
    put(client, **{ACTING_SPACE: str(family.child)})
    assert client.get("/essai/citoyen/").content.decode() == f"{family.mother} {family.child} Lou"
    for other in (str(family.stranger), str(uuid.uuid4()), "nonsense"):
        put(client, **{ACTING_SPACE: other})
        assert client.get("/essai/citoyen/").content.decode() == f"{family.mother} {family.mother} Léa"
        assert ACTING_SPACE not in client.session


def test_a_doctor_of_two_structures_chooses_before_anything_else():
    make_doctor("benali", 2)
    client = signed_in("benali")
    assert client.get("/pro/essai/")["Location"] == "/pro/structure/"
    put(client, **{ORGANIZATION: str(uuid.uuid4())})
    assert client.get("/pro/essai/")["Location"] == "/pro/structure/"


def test_a_doctor_of_one_structure_acts_for_it():
    make_doctor("martin", 1)
    assert uuid.UUID(signed_in("martin").get("/pro/essai/").content.decode())


def earlier(column: str, seconds: float) -> None:
    """As if the only session had been opened, or used, that much earlier."""
    row = Session.objects.get()
    Session.objects.update(**{column: getattr(row, column) - dt.timedelta(seconds=seconds)})


def test_a_session_ends_after_its_absolute_limit():
    make_family()
    client = signed_in("lea")
    earlier("created_at", settings.HYGIE_SESSION_HOURS * 3600 + 10)
    answer = client.get("/essai/citoyen/")
    assert answer["Location"] == "/connexion/?suite=%2Fessai%2Fcitoyen%2F&fin=session"
    assert client.get("/essai/citoyen/").status_code == 302
    assert "Votre session est terminée" in client.get(answer["Location"]).content.decode()


def test_an_active_person_renews_the_idle_limit_but_not_at_every_page():
    make_family()
    client = signed_in("lea")
    seen = Session.objects.get().seen_at
    client.get("/essai/citoyen/")
    assert Session.objects.get().seen_at == seen
    earlier("seen_at", settings.HYGIE_SESSION_IDLE_SECONDS // 2)
    client.get("/essai/citoyen/")
    assert Session.objects.get().seen_at >= seen


def test_a_session_ended_elsewhere_is_out_at_its_next_request():
    make_family()
    client, other = signed_in("lea"), signed_in("lea")
    here = uuid.UUID(client.session[SESSION])
    assert sign_in.end_sessions(Session.objects.get(id=here).account_id, now=clock.now(), but=here) == 1
    assert client.get("/essai/citoyen/").status_code == 200
    assert other.get("/essai/citoyen/").status_code == 302


def test_a_closed_account_is_out_at_its_next_request():
    make_family()
    client = signed_in("lea")
    sign_in.close_account(Session.objects.get().account_id, now=clock.now())
    assert client.get("/essai/citoyen/").status_code == 302


def test_a_session_of_a_shared_computer_is_short():
    make_family()
    client = signed_in("lea")
    Session.objects.update(kiosk=True)
    assert client.get("/essai/citoyen/").status_code == 200
    earlier("seen_at", 301)
    assert client.get("/essai/citoyen/").status_code == 302


def test_a_session_that_expired_says_so():
    make_family()
    client = signed_in("lea")
    client.session.delete()
    assert client.get("/essai/citoyen/")["Location"].endswith("&fin=session")


def test_a_page_of_somebody_costs_few_statements(django_assert_max_num_queries):
    """Session, account, and the person shown."""
    make_family()
    client = signed_in("lea")
    with django_assert_max_num_queries(4):
        client.get("/essai/citoyen/")


def test_pages_of_somebody_are_never_kept():
    make_family()
    client = signed_in("lea")
    for address in ("/essai/citoyen/", "/aide/", "/nulle-part/"):
        assert client.get(address)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Invalid", 422),
        ("NotFound", 404),
        ("Gone", 410),
        ("Conflict", 409),
        ("AccessRefused", 403),
        ("TooLarge", 413),
        ("Unavailable", 503),
        ("Http404", 404),
        ("PermissionDenied", 403),
        ("RuntimeError", 500),
    ],
)
def test_an_error_has_its_page_and_reveals_nothing(client, caplog, kind, status):
    make_family()
    assert kind in KINDS
    for visitor in (client, signed_in("lea")):
        answer = visitor.get(f"/essai/erreur/{kind}/")
        # The form that changes the language comes back to this page: its address is not a revelation.
        page = answer.content.decode().replace(f"/essai/erreur/{kind}/", "")
        assert answer.status_code == status
        assert not any(word in page for word in (*SECRET.split(), "Traceback", kind))
        assert "<h1>" in page and f"{status}" in page
        assert answer["Cache-Control"] == "no-store"
    assert SECRET not in caplog.text


def test_an_unknown_failure_is_logged_with_an_incident_that_the_page_shows(client, caplog):
    with caplog.at_level(logging.ERROR, logger="hygie.portals"):
        page = client.get("/essai/erreur/RuntimeError/").content.decode()
    record = next(each for each in caplog.records if each.name == "hygie.portals")
    incident = record.getMessage().split()[0].removeprefix("incident=")
    assert len(incident) == 8 and f"500-{incident}" in page
    assert "rooms.py" in record.getMessage() and SECRET not in record.getMessage()


def test_what_is_refused_and_what_is_absent_do_not_show_their_code_alike(client):
    """An absence carries no code: nothing tells apart what does not exist and what may not be known."""
    assert "a-stable-code" not in client.get("/essai/erreur/NotFound/").content.decode()
    assert "403-a-stable-code" in client.get("/essai/erreur/AccessRefused/").content.decode()


def test_a_body_over_the_limit_is_refused_before_it_is_read(client):
    answer = client.post(
        "/langue/", b"x", content_type="text/plain", CONTENT_LENGTH=settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    )
    assert answer.status_code == 413


def test_a_method_that_a_page_does_not_know_has_its_page(client):
    answer = client.post("/aide/")
    assert answer.status_code == 405 and "GET" in answer["Allow"]
    assert "<h1>" in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_page():
    answer = Client(enforce_csrf_checks=True).post("/connexion/", {"username": "lea", "password": PASSWORD})
    assert answer.status_code == 403
    assert "Cette page est restée ouverte trop longtemps" in answer.content.decode()


def test_the_page_of_a_failure_does_not_need_the_person():
    make_family()
    visitor = signed_in("lea")
    page = visitor.get("/essai/erreur/RuntimeError/").content.decode()
    assert "Léa" not in page


def test_every_status_that_people_meet_has_words():
    assert {403, 404, 409, 410, 413, 422, 429, 500, 503} <= set(STATUSES)
