"""The load: everything goes in by the real path, and the demonstration's contract holds."""

import base64
import datetime as dt
import json
from dataclasses import dataclass

import pyotp
import pytest

from hygie.access import queries as access
from hygie.identity import queries as registered
from hygie.identity.ins import INS
from hygie.identity.sign_in import passwords, totp
from hygie.lib.errors import HygieError
from hygie.record import queries as record
from hygie.record.types import DocumentFilters
from hygie.simulators.country import load
from hygie.simulators.country.accounts import Credentials
from hygie.simulators.country.actors import citizen, reader
from hygie.simulators.country.country import build_country
from hygie.simulators.country.report import CountryReport

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
SEED, PEOPLE = 1, 9
EVERYTHING = DocumentFilters(status="")


@dataclass
class Loaded:
    report: CountryReport
    steps: list[tuple[str, int, int]]


@pytest.fixture
def loaded(db: None) -> Loaded:
    steps: list[tuple[str, int, int]] = []
    report = load.load_country(seed=SEED, people=PEOPLE, now=NOW, progress=lambda *step: steps.append(step))
    return Loaded(report, steps)


def test_a_small_country_is_loaded_whole_and_tells_its_story(loaded: Loaded) -> None:
    report = loaded.report
    country = build_country(SEED, PEOPLE)
    documents = [document for life in country.lives() for document in country.write(life)]
    assert report.refusals == []
    assert report.deposited == len(documents)
    assert {label for label, _, _ in loaded.steps} == {"People", "Accounts", "Documents"}
    assert loaded.steps[-1] == ("Documents", len(documents), len(documents))
    assert set(report.seconds) == {"generate", "register", "accounts", "documents", "scenes"}
    _check_hidden(report)
    _check_blocked_and_journal(report)
    _check_family(report)


def _check_hidden(report: CountryReport) -> None:
    """The attending doctor sees the document that the first person hid; the nurse of the team does not."""
    space_id = report.spaces["p0001"]
    own = record.list_documents(citizen(space_id), space_id, DocumentFilters(), now=NOW, limit=100)
    hidden = [card for card in own.cards if card.hidden]
    assert [card.type_code for card in hidden] == ["47420-5"]
    assert {card.origin for card in own.cards} == {"professional", "patient"}
    country = build_country(SEED, PEOPLE)
    life = next(country.lives())
    nurse = next(worker for worker in life.team if worker.profession == "60")
    actor = reader(report, nurse.idnps, nurse.works_at[0].idnst)
    seen = record.list_documents(actor, space_id, DocumentFilters(), now=NOW, limit=100)
    assert hidden[0].id not in {card.id for card in seen.cards}
    doctor = reader(report, life.attending.idnps, life.attending.works_at[0].idnst)
    seen = record.list_documents(doctor, space_id, DocumentFilters(), now=NOW, limit=100)
    assert hidden[0].id in {card.id for card in seen.cards}


def _check_blocked_and_journal(report: CountryReport) -> None:
    space_id = report.spaces["p0001"]
    me = citizen(space_id)
    (blocked,) = access.list_rights(me, space_id, now=NOW).blocks
    who = registered.find_professional(blocked.professional.idnps)
    assert who is not None
    actor = reader(report, who.idnps, who.organizations[0].idnst)
    with pytest.raises(HygieError):
        record.list_documents(actor, space_id, DocumentFilters(), now=NOW)
    lines = access.list_accesses(me, space_id, now=NOW, limit=200)
    assert {line.outcome for line in lines} >= {"allowed", "refused"}
    assert all(line.at <= NOW for line in lines)


def _check_family(report: CountryReport) -> None:
    mother, child = report.spaces["p0003"], report.spaces["p0006"]
    represented = access.list_represented(citizen(mother), now=NOW)
    assert child in {person.space_id for person in represented}
    page = record.list_documents(citizen(mother), child, DocumentFilters(), now=NOW, limit=100)
    assert "Carnet de santé, page des allergies" in {card.title for card in page.cards}


def test_ready_is_the_documented_contract_and_its_first_pair_tells(loaded: Loaded) -> None:
    ready = json.loads(json.dumps(load.ready(loaded.report, "http://127.0.0.1:8000/")))
    assert set(ready) == {"base_url", "fhir_base", "token_url", "deposit_url", "clients", "professionals", "people"}
    assert ready["fhir_base"] == "http://127.0.0.1:8000/fhir"
    assert all(
        set(client) == {"client_id", "client_secret", "kind", "organization", "professionals"}
        for client in ready["clients"]
    )
    assert all(
        set(account) == {"idnps", "profession", "username", "password", "totp_secret", "organization"}
        for account in ready["professionals"]
    )
    assert all(
        set(person) == {"space_id", "ins", "family", "given", "birth_date", "username", "password", "totp_secret"}
        for person in ready["people"]
    )
    assert {client["kind"] for client in ready["clients"]} == {"practice-software"}
    assert len({client["organization"] for client in ready["clients"]}) >= 4
    assert len({account["profession"] for account in ready["professionals"]}) >= 5
    first, doctor, client = ready["people"][0], ready["professionals"][0], ready["clients"][0]
    assert doctor["profession"] == "10"
    assert doctor["organization"] == client["organization"]
    assert doctor["idnps"] in client["professionals"]
    _check_first_pair(loaded.report, first, doctor)


def _check_first_pair(report: CountryReport, first: dict, doctor: dict) -> None:
    space = registered.find_space(INS(first["ins"]["oid"], first["ins"]["value"]))
    assert space is not None
    assert str(space.space_id) == first["space_id"]
    assert (space.traits.birth_family, space.traits.first_given) == (first["family"], first["given"])
    team = access.list_rights(citizen(space.space_id), space.space_id, now=NOW).team
    attending = next(member for member in team if member.attending)
    assert attending.professional.idnps == doctor["idnps"]
    page = record.list_documents(citizen(space.space_id), space.space_id, EVERYTHING, now=NOW)
    assert page.total >= 20


def test_every_account_signs_in_with_its_own_password(loaded: Loaded) -> None:
    accounts = [*loaded.report.person_accounts, *loaded.report.professional_accounts]
    assert len({account.username for account in accounts}) == len(accounts)
    assert len({account.password for account in accounts}) == len(accounts)
    assert all(len(account.password) >= 12 for account in accounts)
    for account in accounts[:3] + accounts[-2:]:
        pk = passwords.check(account.username, account.password, now=NOW)
        totp.check(pk, pyotp.TOTP(account.totp_secret).at(NOW), now=NOW)
        assert len(base64.b32decode(account.totp_secret)) >= 20


def test_user_names_are_simple_and_get_a_rank_when_taken() -> None:
    credentials = Credentials(1, taken=["zoe.le-goff"])
    assert credentials.give("Zoé", "Le Goff")[0] == "zoe.le-goff2"
    assert credentials.give("Zoé", "Le Goff")[0] == "zoe.le-goff3"
    assert credentials.give("Ada", "D’Arc")[0].isascii()
    assert Credentials(1).give("Ada", "Martin") == Credentials(1).give("Ada", "Martin")
    assert Credentials(1).give("Ada", "Martin") != Credentials(2).give("Ada", "Martin")


def test_loading_before_the_reference_day_leaves_nothing_in_the_future(db: None) -> None:
    early = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)
    report = load.load_country(seed=4, people=3, now=early, progress=lambda *_: None)
    assert report.refusals == []
    space_id = report.spaces["p0001"]
    page = record.list_documents(citizen(space_id), space_id, EVERYTHING, now=early, limit=100)
    assert page.cards
    assert all(card.deposited_at <= early and (card.dated_at is None or card.dated_at <= early) for card in page.cards)
