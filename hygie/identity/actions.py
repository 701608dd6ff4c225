"""Writes of identities, registers, accounts and machine clients."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Collection

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from oauth2_provider.models import AccessToken, Application

from hygie.identity.ins import INS, IdentityStatus
from hygie.identity.models import (
    Account,
    Identity,
    MachineClient,
    Organization,
    Professional,
    Role,
    Space,
    TokenSubject,
)
from hygie.identity.traits import Traits
from hygie.lib import ids
from hygie.lib.errors import Conflict, Invalid

_SECRET_LENGTH = 43  # 256 bits in base64


@transaction.atomic
def create_space(
    *,
    ins: INS,
    status: IdentityStatus,
    traits: Traits,
    now: dt.datetime,
    space_id: uuid.UUID | None = None,
    is_test: bool = False,
) -> uuid.UUID:
    """An empty, usable space. Raises Conflict(ins-taken) when this INS has one."""
    space = Space.objects.create(id=space_id or ids.new_space_id(), created_at=now, is_test=is_test)
    try:
        # Two creations at once: the second one waits here, and finds the number taken.
        with transaction.atomic():
            Identity.objects.create(
                space=space,
                ins_oid=ins.oid,
                ins_value=ins.value,
                status=status,
                birth_family=traits.birth_family,
                birth_given=list(traits.birth_given),
                first_given=traits.first_given,
                used_family=traits.used_family,
                used_given=traits.used_given,
                sex=traits.sex,
                born_on=traits.born_on,
                birth_place=traits.birth_place,
            )
    except IntegrityError as error:
        raise Conflict("This INS has a space.", code="ins-taken") from error
    return space.id


def create_account(
    *, username: str, password: str, space_id: uuid.UUID | None = None, professional_id: uuid.UUID | None = None
) -> int:
    account = Account(username=username.strip().lower(), space_id=space_id, professional_id=professional_id)
    account.password = make_password(password)
    account.save()
    return account.pk


def save_organization(
    *, idnst: str, name: str, finess: str = "", kind: str = "", practice_setting: str = "", city: str = ""
) -> uuid.UUID:
    """Adds or updates a structure of the register."""
    values = {"name": name, "finess": finess, "kind": kind, "practice_setting": practice_setting, "city": city}
    row, _ = Organization.objects.update_or_create(idnst=idnst, defaults={**values, "active": True})
    return row.id


@transaction.atomic
def save_professional(
    *,
    idnps: str,
    family: str,
    given: str,
    profession: str,
    rpps: str = "",
    title: str = "",
    speciality: str = "",
    organization_ids: Collection[uuid.UUID] = (),
) -> uuid.UUID:
    """Adds or updates a professional of the register; his roles become exactly these structures."""
    values = {
        "rpps": rpps,
        "family": family,
        "given": given,
        "title": title,
        "profession": profession,
        "speciality": speciality,
        "active": True,
    }
    row, _ = Professional.objects.update_or_create(idnps=idnps, defaults=values)
    Role.objects.filter(professional=row).exclude(organization_id__in=organization_ids).update(active=False)
    for organization_id in organization_ids:
        Role.objects.update_or_create(professional=row, organization_id=organization_id, defaults={"active": True})
    return row.id


@transaction.atomic
def register_client(
    *, name: str, kind: str, organization_id: uuid.UUID, scopes: Collection[str], client_secret: str = ""
) -> tuple[str, str]:
    """(client id, secret) of a structure's software; the secret is shown once and kept hashed."""
    if client_secret and len(client_secret) < _SECRET_LENGTH:
        raise Invalid(f"A client secret has at least {_SECRET_LENGTH} random characters.", code="client-secret")
    secret = client_secret or secrets.token_urlsafe(32)
    application = Application(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    application.save()
    MachineClient.objects.create(
        application=application, kind=kind, organization_id=organization_id, scopes=" ".join(sorted(scopes))
    )
    return application.client_id, secret


def attach_subject(token: str, *, client_id: str, professional_id: uuid.UUID) -> None:
    """Names the professional for whom this token was given; in the transaction that saves the token."""
    checksum = hashlib.sha256(token.encode("utf-8")).hexdigest()
    client = MachineClient.objects.get(application__client_id=client_id)
    row = AccessToken.objects.get(token_checksum=checksum)
    TokenSubject.objects.create(token=row, professional_id=professional_id, client=client)
