"""What protects an account beside its password: list, name, remove."""

import datetime as dt
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
        tuple(FactorView(row.id, Kind(row.kind), row.name, row.created_at, row.used_at) for row in rows),
        recovery.left(account_id),
        is_password_usable(Account.objects.values_list("password", flat=True).get(pk=account_id)),
    )


def get(account_id: int, factor_id: uuid.UUID) -> FactorView:
    """Raises NotFound(factor-unknown)."""
    found = next((each for each in standing(account_id).factors if each.id == factor_id), None)
    if found is None:
        raise _unknown()
    return found


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


def strong_since(account_id: int) -> dt.datetime | None:
    """Since when the account has a passkey or an application; None when it has none."""
    return (
        Factor.objects.filter(account_id=account_id).order_by("created_at").values_list("created_at", flat=True).first()
    )


def _unknown() -> NotFound:
    return NotFound("No means of this id.", code="factor-unknown")
