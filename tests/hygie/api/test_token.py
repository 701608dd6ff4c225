import base64
import datetime as dt

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings

from hygie.api import scopes
from hygie.identity import actions as identity
from tests import factories
from tests.hygie.api.conftest import FORM, Software, code_of
from tests.hygie.api.test_scopes import many, rights


def test_a_token_is_given_for_a_professional_of_the_structure(software, world, settings):
    answer = software.ask_token(world.doctor.idnps, "user/DocumentReference.rs user/*.c")
    assert answer.status_code == 200
    told = answer.json()
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] == settings.HYGIE_TOKEN_SECONDS <= 600
    assert told["scope"] == "user/*.c user/DocumentReference.rs"
    assert set(told) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_credentials_may_come_by_http_basic(software, world):
    credentials = base64.b64encode(f"{world.client_id}:{world.client_secret}".encode()).decode()
    body = f"grant_type=client_credentials&requested_subject={world.doctor.idnps}&scope=user/*.rs".encode()
    answer = software.post("/oauth/token", body, FORM, Authorization=f"Basic {credentials}")
    assert answer.status_code == 200


def test_the_scope_asked_is_narrowed_to_the_registered_one(software, world):
    client_id, secret = identity.register_client(
        name="Lecture seule",
        kind="viewer",
        organization_id=world.cabinet,
        scopes=["user/DocumentReference.rs", "user/Binary.r"],
    )
    reader = Software(software.client, _with_client(world, client_id, secret))
    told = reader.ask_token(world.doctor.idnps, "user/*.cruds").json()
    assert told["scope"] == "user/Binary.r user/DocumentReference.rs"
    assert reader.ask_token(world.doctor.idnps, "").json()["scope"] == told["scope"]
    assert _error(reader.ask_token(world.doctor.idnps, "user/Patient.rs")) == "invalid_scope"
    assert _error(reader.ask_token(world.doctor.idnps, "user/DocumentReference.c")) == "invalid_scope"


def _with_client(world, client_id, secret):
    return world.__class__(**{**{k: getattr(world, k) for k in world.__dataclass_fields__},
                              "client_id": client_id, "client_secret": secret})  # fmt: skip


def _error(answer):
    assert answer.status_code in (400, 401)
    assert answer["Cache-Control"] == "no-store"
    assert "access_token" not in answer.json()
    return answer.json()["error"]


@pytest.mark.parametrize("scope", ["user/*.cruds?x", "system/*.cruds", "user:Patient.read", "openid", "patient/*.rs"])
def test_a_scope_that_is_not_registered_or_not_known_is_refused(software, world, scope):
    assert _error(software.ask_token(world.doctor.idnps, scope)) == "invalid_scope"


def test_the_professional_is_named_and_once(software, world):
    assert _error(software.ask_token("")) == "invalid_request"
    body = (
        f"grant_type=client_credentials&client_id={world.client_id}&client_secret={world.client_secret}&scope=user/*.rs"
        f"&requested_subject={world.doctor.idnps}&requested_subject={world.nurse.idnps}"
    )
    assert _error(software.post("/oauth/token", body.encode(), FORM)) == "invalid_request"


def test_nothing_tells_a_stranger_of_the_structure_from_nobody(software, world):
    stranger = software.ask_token(world.stranger.idnps)
    nobody = software.ask_token("899999999999")
    odd = software.ask_token("8\x00")
    assert _error(stranger) == _error(nobody) == _error(odd) == "invalid_grant"
    assert stranger.content == nobody.content == odd.content


def test_a_professional_who_left_has_no_token_and_loses_the_one_he_had(software, world):
    doctor = software.acting_for(world.doctor)
    identity.save_professional(
        idnps=world.doctor.idnps, family="MARTIN", given="Antoine", profession="10", organization_ids=[]
    )
    assert _error(software.ask_token(world.doctor.idnps)) == "invalid_grant"
    assert code_of(doctor.get(f"/fhir/DocumentReference?patient={world.space_id}")) == "token-refused"


def test_wrong_credentials_are_refused_alike(software, world):
    wrong = software.ask_token(world.doctor.idnps, client_secret="not the secret")
    unknown = software.ask_token(world.doctor.idnps, client_id="nobody")
    assert _error(wrong) == _error(unknown) == "invalid_client"
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "", "nothing"])
def test_there_is_one_grant_type(software, world, grant):
    answer = software.ask_token(world.doctor.idnps, grant_type=grant, username="x", password="x", code="x")
    assert _error(answer) in ("unsupported_grant_type", "invalid_request")


def test_parameters_in_the_address_are_refused(software, world):
    answer = software.post(
        f"/oauth/token?requested_subject={world.doctor.idnps}", b"grant_type=client_credentials", FORM
    )
    assert _error(answer) == "invalid_request"
    assert _error(software.post("/oauth/token", b"{}", "application/json")) == "invalid_request"


def test_a_token_is_kept_hashed_with_its_professional(software, world):
    token = software.acting_for(world.doctor).token
    row = apps.get_model("identity.TokenSubject").objects.get(token__application__client_id=world.client_id)
    assert row.professional_id == world.doctor.professional_id
    assert row.token.token != token


def test_an_expired_token_opens_nothing(doctor, world):
    tokens = apps.get_model("oauth2_provider.AccessToken").objects
    assert doctor.get(f"/fhir/DocumentReference?patient={world.space_id}").status_code == 200
    tokens.update(expires=world.now - dt.timedelta(seconds=1))
    answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}")
    assert answer.status_code == 401
    assert code_of(answer) == "token-refused"
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requested=many.filter(bool), registered=many.filter(bool))
def test_the_scope_of_an_answer_is_within_the_requested_and_the_registered(software, world, requested, registered):
    apps.get_model("identity.MachineClient").objects.update(scopes=scopes.write(registered))
    answer = software.ask_token(world.doctor.idnps, scopes.write(requested))
    if answer.status_code == 200:
        granted = scopes.parse_all(answer.json()["scope"].split())
        assert rights(granted) == rights(requested) & rights(registered)
    else:
        # refused: one of them has nothing registered, or system/ scopes were asked for a person
        alone = [scope for scope in requested if not scopes.narrow([scope], registered)]
        assert alone or all(scope.context == "system" for scope in scopes.narrow(requested, registered))


def test_discovery_tells_what_is_implemented(software, settings):
    told = software.get("/.well-known/smart-configuration").json()
    assert told == software.get("/fhir/.well-known/smart-configuration").json()
    assert told["token_endpoint"] == f"{settings.HYGIE_BASE_URL}/oauth/token"
    assert told["grant_types_supported"] == ["client_credentials"]
    assert "authorization_endpoint" not in told


def test_the_factories_know_the_scopes():
    assert scopes.parse_all(factories.SCOPES)
