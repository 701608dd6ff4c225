"""Outside the care team, blocked, and the end of an access: the next click knows it."""

import datetime as dt

from django.test import override_settings

from hygie.access import actions as access
from hygie.access import queries as access_queries
from hygie.access.types import Mode
from hygie.lib import clock
from tests.hygie.portals.professional.browser import text


def mode(world, actor):
    return access_queries.record_access(actor, world.space_id, now=clock.now()).mode


def test_outside_the_care_team_the_record_leads_to_the_consent_page(stranger, world):
    key = stranger.key(world)
    assert "Son accord vous sera demandé" in text(stranger.client.get("/pro/patient/", {"patient": key}))
    for name in ("record", "documents", "deposit"):
        assert stranger.get(name, key=key)["Location"] == f"/pro/dossier/{key}/consentement/"


def test_the_consent_page_says_what_it_means(stranger, world):
    page = text(stranger.get("consent", key=stranger.key(world)))
    for words in (
        "Demandez l’accord du patient",
        "pendant 1 heure",
        "Le patient est informé",
        "DURAND",
        "Ne pas ouvrir",
    ):
        assert words in page


@override_settings(HYGIE_CONSULTATION_MINUTES=90)
def test_the_duration_is_the_one_of_the_settings(stranger, world):
    assert "pendant 90 minutes" in text(stranger.get("consent", key=stranger.key(world)))


def test_without_the_tick_nothing_is_opened(stranger, world):
    key = stranger.key(world)
    answer = stranger.post("consent", {}, key=key)
    assert answer.status_code == 422
    assert "Cochez la case si le patient vous a donné son accord" in text(answer)
    assert mode(world, world.stranger) is Mode.NONE


def test_the_box_is_never_ticked_beforehand(stranger, world):
    assert "checked" not in stranger.get("consent", key=stranger.key(world)).content.decode()


def test_with_the_agreement_the_record_opens_for_its_time(stranger, world, lab):
    key = stranger.key(world)
    answer = stranger.post("consent", {"agreed": "on"}, follow=True, key=key)
    page = text(answer)
    assert answer.redirect_chain[-1][0] == f"/pro/dossier/{key}/"
    assert "L’accord du patient est enregistré" in page
    assert "Accès autorisé jusqu" in page
    assert "Prise de sang" in page
    assert "Terminer l’accès" in page
    assert mode(world, world.stranger) is Mode.CONSENT


def test_a_consent_that_holds_is_not_asked_again(stranger, world):
    key = stranger.key(world)
    stranger.post("consent", {"agreed": "on"}, key=key)
    assert stranger.get("consent", key=key)["Location"] == f"/pro/dossier/{key}/"


def test_ending_the_access_closes_the_record_and_the_consent(stranger, world):
    key = stranger.key(world)
    stranger.post("consent", {"agreed": "on"}, key=key)
    answer = stranger.post("close", {"fin": "1"}, follow=True, key=key)
    assert "L’accès est terminé et le dossier est fermé" in text(answer)
    assert mode(world, world.stranger) is Mode.NONE
    assert stranger.get("record", key=key)["Location"] == "/pro/patient/"


def test_closing_only_keeps_the_consent(stranger, world):
    key = stranger.key(world)
    stranger.post("consent", {"agreed": "on"}, key=key)
    stranger.post("close", key=key)
    assert mode(world, world.stranger) is Mode.CONSENT
    assert stranger.get("record", key=key)["Location"] == "/pro/patient/"


def test_closing_asks_a_form_and_not_a_link(doctor, world):
    assert doctor.get("close", key=doctor.key(world)).status_code == 405


def test_an_access_that_the_person_ended_is_asked_again_at_the_next_click(stranger, world):
    key = stranger.key(world)
    stranger.post("consent", {"agreed": "on"}, key=key)
    stranger.get("record", key=key)
    (consent,) = access_queries.list_rights(world.lea, world.space_id, now=clock.now()).consents
    access.withdraw_consent(world.lea, world.space_id, consent.id, now=clock.now())
    answer = stranger.client.get(f"/pro/dossier/{key}/documents/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/pro/dossier/{key}/consentement/"
    assert "Votre accès à ce dossier a pris fin" in text(answer)


def test_an_access_ends_by_itself(stranger, world, monkeypatch):
    key = stranger.key(world)
    stranger.post("consent", {"agreed": "on"}, key=key)
    later = clock.now() + dt.timedelta(hours=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    # The session itself is idle by then: only the consent is looked at.
    assert access_queries.record_access(world.stranger, world.space_id, now=later).mode is Mode.NONE


def test_a_block_acts_at_the_next_click_and_says_no_more_than_that(doctor, world, lab):
    key = doctor.key(world)
    assert doctor.get("document", key=key, document_id=lab).status_code == 200
    access.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=clock.now())
    for name, more in (("record", {}), ("documents", {}), ("deposit", {}), ("document", {"document_id": lab})):
        answer = doctor.get(name, key=key, **more)
        page = text(answer)
        assert answer.status_code == 403
        assert "Ce dossier ne vous est pas ouvert" in page
        assert "bloqu" not in page.lower()
        assert "DURAND" not in page
        assert "Prise de sang" not in page


def test_a_blocked_professional_cannot_declare_a_consent(stranger, world):
    key = stranger.key(world)
    access.block(world.lea, world.space_id, professional_id=world.stranger.professional_id, now=clock.now())
    assert "Son accord vous sera demandé" in text(stranger.client.get("/pro/patient/", {"patient": key}))
    for answer in (stranger.get("consent", key=key), stranger.post("consent", {"agreed": "on"}, key=key)):
        assert answer.status_code == 403
        assert "Ce dossier ne vous est pas ouvert" in text(answer)


def test_the_refusal_is_in_the_journal_of_the_person(doctor, world):
    key = doctor.key(world)
    access.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=clock.now())
    doctor.get("record", key=key)
    (line,) = access_queries.list_accesses(world.lea, world.space_id, now=clock.now(), refused_only=True)
    assert line.professional.id == world.doctor.professional_id
