"""Deposit by upload: into the open record and no other, errors in plain French."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from hygie.access import actions as access
from hygie.lib import clock
from hygie.record import queries as record
from hygie.record.types import DocumentFilters
from tests import factories
from tests.hygie.portals.professional import papers
from tests.hygie.portals.professional.browser import Browser, text


def send(browser, key, source, *, follow=False):
    upload = SimpleUploadedFile("document.xml", source, content_type="text/xml")
    return browser.post("deposit", {"document": upload}, follow=follow, key=key)


def count(world, actor=None):
    found = record.list_documents(actor or world.lea, world.space_id, DocumentFilters(), now=clock.now())
    return found.total


def test_a_document_of_the_patient_goes_in_and_is_shown(doctor, world):
    source, _ = papers.lab(world.ins, world.traits)
    answer = send(doctor, doctor.key(world), source, follow=True)
    assert "Le document est déposé dans le dossier" in text(answer)
    assert "Prise de sang" in text(answer)
    assert count(world) == 1


def test_the_same_document_again_changes_nothing(doctor, world):
    source, _ = papers.lab(world.ins, world.traits)
    key = doctor.key(world)
    send(doctor, key, source)
    assert "Ce document était déjà dans le dossier" in text(send(doctor, key, source, follow=True))
    assert count(world) == 1


def test_a_document_of_another_patient_is_refused_before_it_is_stored(doctor, world):
    other = factories.space(2, who=factories.traits("PETIT", "LEO", sex="M"))
    access.enroll(other, professional_id=world.doctor.professional_id, since=world.now)
    source, _ = papers.lab(factories.ins(2), factories.traits("PETIT", "LEO", sex="M"))
    answer = send(doctor, doctor.key(world), source)
    assert answer.status_code == 422
    assert "Ce document ne concerne pas le patient dont le dossier est ouvert" in text(answer)
    assert "PETIT" not in text(answer)
    found = record.list_documents(factories.citizen(other), other, DocumentFilters(), now=clock.now())
    assert found.total == count(world) == 0


def test_an_unknown_matricule_has_the_same_answer(doctor, world):
    source, _ = papers.lab(factories.ins(55), world.traits)
    page = text(send(doctor, doctor.key(world), source))
    assert "Ce document ne concerne pas le patient dont le dossier est ouvert" in page


def test_the_trait_that_differs_is_named(doctor, world):
    source, _ = papers.lab(world.ins, factories.traits("DUPONT", born_on=dt.date(1984, 3, 13)))
    answer = send(doctor, doctor.key(world), source)
    assert answer.status_code == 422
    page = text(answer)
    assert "le nom de naissance, la date de naissance" in page
    assert "DUPONT" not in page


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"ceci n'est pas du XML", "n’est pas un document XML lisible"),
        (b"<ClinicalDocument", "n’est pas un document XML lisible"),
        (b"<html/>", "n’est pas un document CDA R2"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "construction XML interdite"),
        (b"", "Ce fichier est vide"),
    ],
)
def test_a_file_that_is_not_a_document_is_said_plainly(doctor, world, source, words):
    answer = send(doctor, doctor.key(world), source)
    assert answer.status_code == 422
    assert words in text(answer)
    assert count(world) == 0


def test_a_missing_file_is_asked_for(doctor, world):
    answer = doctor.post("deposit", {}, key=doctor.key(world))
    assert answer.status_code == 422
    assert "Choisissez le fichier à déposer" in text(answer)


@override_settings(HYGIE_DOCUMENT_BYTES=1024 * 1024)
def test_a_file_that_is_too_big_is_refused_with_the_limit(doctor, world):
    answer = send(doctor, doctor.key(world), b"<a>" + b" " * (1024 * 1024))
    assert answer.status_code == 422
    assert "Le fichier est trop gros : 1 Mo au plus" in text(answer)


def test_an_opposition_is_said_with_its_rule(doctor, world):
    access.oppose(world.lea, world.space_id, now=world.now)
    source, _ = papers.lab(world.ins, world.traits)
    answer = send(doctor, doctor.key(world), source)
    assert answer.status_code == 403
    assert "La personne s'oppose à tout dépôt dans son espace" in text(answer)
    assert count(world) == 0


def test_a_profession_that_does_not_deposit_this_type_is_told(world):
    other = factories.professional(8, profession="70", at=(world.cabinet,), family="AUTRE")
    access.enroll(world.space_id, professional_id=other.professional_id, since=world.now)
    browser = Browser(other, "autre")
    source, _ = papers.lab(world.ins, world.traits)
    answer = send(browser, browser.key(world), source)
    assert answer.status_code == 403
    assert "Votre profession ne dépose pas ce type de document" in text(answer)
    assert count(world) == 0


def test_the_same_identifier_with_other_bytes_is_a_conflict(doctor, world):
    source, _ = papers.lab(world.ins, world.traits)
    key = doctor.key(world)
    send(doctor, key, source)
    answer = send(doctor, key, source.replace(b"Ferritine", b"Ferritin "))
    assert answer.status_code == 409
    assert "porte déjà cet identifiant" in text(answer)
    assert count(world) == 1


def test_the_form_needs_its_token(doctor, world):
    client = Client(enforce_csrf_checks=True)
    client.cookies = doctor.client.cookies
    key = doctor.key(world)
    for name in ("deposit", "close", "consent"):
        assert client.post(doctor.url(name, key=key)).status_code == 403
