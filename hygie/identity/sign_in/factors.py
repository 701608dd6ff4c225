"""What protects an account beside its password: list, name, remove."""

import uuid

from django.contrib.auth.hashers import is_password_usable
from django.db import transaction

from hygie.identity.models import Account
from hygie.identity.sign_in import recovery
from hygie.identity.sign_in.models import Factor
from hygie.identity.sign_in.types import FactorView, Kind, Standing
from hygie.lib.errors import Conflict, NotFound


def standing(account_id: int) -> Standing:
    rows = Factor.objects.filter(account_id=account_id).order_by("created_at", "id")
    return Standing(
        tuple(_view(row) for row in rows),
        recovery.left(account_id),
        is_password_usable(Account.objects.values_list("password", flat=True).get(pk=account_id)),
    )


def get(account_id: int, factor_id: uuid.UUID) -> FactorView:
    """Raises NotFound(factor-unknown)."""
    row = Factor.objects.filter(account_id=account_id, id=factor_id).first()
    if row is None:
        raise _unknown()
    return _view(row)


def rename(account_id: int, factor_id: uuid.UUID, name: str) -> None:
    if not Factor.objects.filter(account_id=account_id, id=factor_id).update(name=name):
        raise _unknown()


@transaction.atomic
def remove(account_id: int, factor_id: uuid.UUID) -> None:
    """Raises NotFound(factor-unknown), Conflict(factor-last): an account that became strong stays so."""
    # Of two removals at once, the second one waits and then sees one factor less.
    Account.objects.select_for_update().get(pk=account_id)
    rows = Factor.objects.filter(account_id=account_id)
    if not rows.filter(id=factor_id).exists():
        raise _unknown()
    if rows.count() == 1:
        raise Conflict("The last strong means stays: add another one first.", code="factor-last")
    rows.filter(id=factor_id).delete()


def _view(row: Factor) -> FactorView:
    return FactorView(row.id, Kind(row.kind), row.name, row.created_at, row.used_at)


def _unknown() -> NotFound:
    return NotFound("No means of this id.", code="factor-unknown")
