"""Reads of identities, registers and accounts. Rights are not decided here: `access` does, with these facts."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from hygie.identity.ins import INS, NIA, NIR, NIR_DEMO, NIR_TEST, IdentityStatus
from hygie.identity.models import Account, Identity, MachineClient, Organization, Professional, Role, Space
from hygie.identity.traits import Traits
from hygie.identity.types import (
    AccountKind,
    AccountView,
    ClientView,
    OrganizationView,
    Person,
    ProfessionalView,
    TokenView,
)
from hygie.lib.errors import NotFound
from hygie.lib.statements import fetch


def person_of(identity: Identity) -> Person:
    traits = Traits(
        birth_family=identity.birth_family,
        birth_given=tuple(identity.birth_given),
        first_given=identity.first_given,
        sex=identity.sex,
        born_on=identity.born_on,
        birth_place=identity.birth_place,
        used_family=identity.used_family,
        used_given=identity.used_given,
    )
    ins = INS(identity.ins_oid, identity.ins_value)
    return Person(identity.space_id, ins, IdentityStatus(identity.status), traits, identity.space.closed_at)


def find_person(space_id: uuid.UUID) -> Person | None:
    identity = Identity.objects.select_related("space").filter(space_id=space_id).first()
    return person_of(identity) if identity else None


def get_person(space_id: uuid.UUID) -> Person:
    person = find_person(space_id)
    if person is None:
        raise NotFound("No space of this id.", code="space-unknown")
    return person


def list_persons(space_ids: Collection[uuid.UUID]) -> list[Person]:
    rows = Identity.objects.select_related("space").filter(space_id__in=space_ids).order_by("-born_on")
    return [person_of(row) for row in rows]


def has_spaces() -> bool:
    return Space.objects.exists()


def find_space(ins: INS) -> Person | None:
    """The person of an INS; a root that this instance does not accept leads to nobody."""
    return next(iter(find_spaces([ins])), None)


_PERSON = """
SELECT i.space_id, i.ins_oid, i.ins_value, i.status, i.birth_family, i.birth_given, i.first_given, i.sex, i.born_on,
  i.birth_place, i.used_family, i.used_given, s.closed_at
FROM identity_identity i JOIN identity_space s ON s.id = i.space_id
WHERE i.ins_oid = %s AND i.ins_value = %s AND s.closed_at IS NULL
"""


def find_spaces(numbers: Iterable[INS]) -> list[Person]:
    """The persons with an open space that these INS name, each once. A document names one: one statement a number, on the
    hot path."""
    found: dict[uuid.UUID, Person] = {}
    for ins in dict.fromkeys(numbers):
        if ins.oid not in settings.HYGIE_ACCEPTED_INS_OIDS:
            continue
        for row in fetch(_PERSON, [ins.oid, ins.value]):
            person = _person(*row)
            found[person.space_id] = person
    return list(found.values())


def _person(
    space_id: uuid.UUID | str,
    oid: str,
    value: str,
    status: str,
    birth_family: str,
    birth_given: list[str] | str,
    first_given: str,
    sex: str,
    born_on: dt.date | str,
    birth_place: str,
    used_family: str,
    used_given: str,
    closed_at: dt.datetime | str | None,
) -> Person:
    """A row as either database gives it: JSON and dates may still be text."""
    given = json.loads(birth_given) if isinstance(birth_given, str) else birth_given
    born = dt.date.fromisoformat(born_on) if isinstance(born_on, str) else born_on
    traits = Traits(birth_family, tuple(given), first_given, sex, born, birth_place, used_family, used_given)
    closed = dt.datetime.fromisoformat(closed_at).replace(tzinfo=dt.UTC) if isinstance(closed_at, str) else closed_at
    return Person(_uuid(space_id), INS(oid, value), IdentityStatus(status), traits, closed)


def find_by_matricule(value: str, born_on: dt.date, *, ins_oid: str = "") -> Person | None:
    """Manual search: a matricule and a birth date, under one root or under those that this instance accepts."""
    roots = [oid for oid in (NIR, NIA, NIR_TEST, NIR_DEMO) if oid in settings.HYGIE_ACCEPTED_INS_OIDS]
    if ins_oid:
        roots = [oid for oid in roots if oid == ins_oid]
    rows = Identity.objects.select_related("space").filter(ins_value=value, born_on=born_on, ins_oid__in=roots)
    # The real person before a fictive one of the same number.
    found = sorted(rows, key=lambda row: roots.index(row.ins_oid))
    return person_of(found[0]) if found else None


def _organization(row: Organization) -> OrganizationView:
    return OrganizationView(row.id, row.idnst, row.name, row.kind, row.practice_setting, row.city)


def _professional(row: Professional) -> ProfessionalView:
    return ProfessionalView(
        id=row.id,
        idnps=row.idnps,
        family=row.family,
        given=row.given,
        title=row.title,
        profession=row.profession,
        speciality=row.speciality,
        organizations=tuple(_organization(role.organization) for role in row.roles.all()),
    )


def _professionals() -> QuerySet[Professional]:
    roles = Role.objects.filter(active=True, organization__active=True).select_related("organization")
    return Professional.objects.filter(active=True).prefetch_related(
        Prefetch("roles", queryset=roles.order_by("organization__name"))
    )


def get_professional(professional_id: uuid.UUID) -> ProfessionalView:
    row = _professionals().filter(pk=professional_id).first()
    if row is None:
        raise NotFound("No professional of this id in the register.", code="professional-unknown")
    return _professional(row)


def find_professional(idnps: str) -> ProfessionalView | None:
    row = _professionals().filter(idnps=idnps).first()
    return _professional(row) if row else None


def list_professionals(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ProfessionalView]:
    """Without their structures; people who left the register keep their name in old traces."""
    rows = Professional.objects.filter(pk__in=ids) if ids else []
    return {
        row.id: ProfessionalView(row.id, row.idnps, row.family, row.given, row.title, row.profession, row.speciality)
        for row in rows
    }


def ids_by_idnps(numbers: Collection[str]) -> dict[str, uuid.UUID]:
    """The register's ids of these professionals; those that it does not know are left out."""
    if not numbers:
        return {}
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT idnps, id FROM identity_professional WHERE idnps IN ({marks})", list(numbers))  # noqa: S608 - marks
        return {idnps: _uuid(found) for idnps, found in cursor.fetchall()}


def search_professionals(text: str, *, limit: int = 20) -> list[ProfessionalView]:
    """The public register by name: every word begins a part of the name."""
    words = text.replace("\0", " ").split()[:5]
    if not words:
        return []
    rows = _professionals()
    for word in words:
        rows = rows.filter(Q(family__istartswith=word) | Q(given__istartswith=word) | Q(family__icontains=f" {word}"))
    return [_professional(row) for row in rows.order_by("family", "given", "id")[:limit]]


def get_organization(organization_id: uuid.UUID) -> OrganizationView:
    row = Organization.objects.filter(pk=organization_id).first()
    if row is None:
        raise NotFound("No organisation of this id in the register.", code="organization-unknown")
    return _organization(row)


def find_organization(idnst: str) -> OrganizationView | None:
    row = Organization.objects.filter(idnst=idnst, active=True).first()
    return _organization(row) if row else None


def list_organizations(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, OrganizationView]:
    rows = Organization.objects.filter(pk__in=ids) if ids else []
    return {row.id: _organization(row) for row in rows}


def search_organizations(text: str, *, limit: int = 20) -> list[OrganizationView]:
    words = text.replace("\0", " ").split()[:5]
    if not words:
        return []
    rows = Organization.objects.filter(active=True)
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(city__icontains=word))
    return [_organization(row) for row in rows.order_by("name", "id")[:limit]]


def get_account(account_id: int) -> AccountView:
    """Raises NotFound(account-unknown), for a closed account too."""
    row = Account.objects.filter(pk=account_id, is_active=True).first()
    if row is None:
        raise NotFound("No account of this id.", code="account-unknown")
    return account_of(row)


def account_of(user: Account) -> AccountView:
    kind = AccountKind.CITIZEN if user.space_id else AccountKind.PROFESSIONAL
    return AccountView(user.pk, kind, user.space_id, user.professional_id)


def find_client(client_id: str) -> ClientView | None:
    row = MachineClient.objects.select_related("application").filter(application__client_id=client_id).first()
    if row is None:
        return None
    return ClientView(
        row.application.client_id, row.application.name, row.kind, row.organization_id, frozenset(row.scopes.split())
    )


def client_names(client_ids: Collection[str]) -> dict[str, str]:
    if not client_ids:
        return {}
    rows = MachineClient.objects.filter(application__client_id__in=client_ids)
    return dict(rows.values_list("application__client_id", "application__name"))


# One statement for a request's whole identity: the token, its client, its professional and that he still works there.
TOKEN = """
SELECT a.client_id, m.kind AS client_kind, m.organization_id, t.scope, p.id, p.idnps, p.profession
FROM oauth2_provider_accesstoken t
JOIN oauth2_provider_application a ON a.id = t.application_id
JOIN identity_machineclient m ON m.application_id = a.id
LEFT JOIN identity_tokensubject s ON s.token_id = t.id
LEFT JOIN identity_professional p ON p.id = s.professional_id
WHERE t.token_checksum = %(checksum)s AND t.expires > %(now)s
  AND (s.id IS NULL OR EXISTS (
    SELECT 1 FROM identity_role r WHERE r.professional_id = p.id AND r.organization_id = m.organization_id AND r.active
  ) AND p.active)
"""
TOKEN_WIDTH = 7


def find_token(token: str, now: dt.datetime) -> TokenView | None:
    """The live access token of this text; a professional who left the structure has none."""
    found = fetch(TOKEN, token_params(token, now))
    return token_view(found[0]) if found else None


def token_params(token: str, now: dt.datetime) -> dict[str, Any]:
    checksum = hashlib.sha256(token.encode("utf-8")).hexdigest()
    return {"checksum": checksum, "now": connection.ops.adapt_datetimefield_value(now)}


def token_view(row: Sequence[Any]) -> TokenView:
    """A row of TOKEN."""
    client_id, kind, organization_id, scope, professional_id, idnps, profession = row
    return TokenView(
        client_id=client_id,
        kind=kind,
        organization_id=_uuid(organization_id),
        scopes=frozenset(scope.split()),
        professional_id=_uuid(professional_id) if professional_id else None,
        idnps=idnps or "",
        profession=profession or "",
    )


def _uuid(value: uuid.UUID | str) -> uuid.UUID:
    """SQLite keeps a UUID as text."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)
