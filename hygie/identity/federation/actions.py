"""From a proof to an account, and what a session owes to its provider."""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from hygie.identity.federation import pivot, prosante
from hygie.identity.federation.models import ExternalIdentity, ProviderSession
from hygie.identity.federation.types import LogoutNotice, Proof, Provider
from hygie.identity.models import Account, Professional, Space
from hygie.identity.sign_in.models import Session
from hygie.identity.types import AccountKind, ActorKind, Channel
from hygie.lib import crypto
from hygie.lib.errors import AccessRefused
from hygie.trace import actions as trace
from hygie.trace.types import Act, Event

_CONTEXT = b"hygie.federation.id-token"


def find_account(proof: Proof, *, now: dt.datetime, prefer: int = 0) -> int:
    """The account that this identity opens; the first time, the account of the one space or professional that it names,
    `prefer` before its others.

    Raises AccessRefused (identity-unknown, identity-ambiguous, identity-taken, space-closed, account-closed,
    professional-unknown, professional-struck-off) and Invalid(claims). Nothing is ever created by a name alone: a space or a
    professional exists already, or nobody comes in.
    """
    try:
        with transaction.atomic():
            return _find_account(proof, prefer, now=now)
    except IntegrityError:  # the same person, twice at once: the first one has linked
        with transaction.atomic():
            return _find_account(proof, prefer, now=now)


def _find_account(proof: Proof, prefer: int, *, now: dt.datetime) -> int:
    known = ExternalIdentity.objects.select_related("account__space").filter(
        issuer=proof.provider.issuer, subject=proof.subject
    )
    link = known.first()
    if proof.provider.kind is AccountKind.PROFESSIONAL:
        professional = _professional(proof)
        if link is not None and link.account.professional_id != professional.pk:
            raise AccessRefused("This identity was another professional's.", code="identity-taken")
        account = link.account if link else _account(prefer, professional=professional)
    else:
        account = link.account if link else _account(prefer, space=_space(proof))
        if account.space is not None and account.space.closed_at is not None:
            raise AccessRefused("This space is closed.", code="space-closed")
    if not account.is_active:
        raise AccessRefused("This account is closed.", code="account-closed")
    if link is None:
        _link(proof, account, now=now)
    return account.pk


def _space(proof: Proof) -> Space:
    return pivot.find_space(pivot.read_pivot(proof.claims)).space


def _professional(proof: Proof) -> Professional:
    """The professional of the register whom Pro Santé Connect names."""
    row = Professional.objects.filter(idnps=prosante.national_id(proof.claims)).first()
    if row is None:
        raise AccessRefused("The register does not know this professional.", code="professional-unknown")
    if not row.active:
        raise AccessRefused("This professional has left the register.", code="professional-struck-off")
    return row


def _account(prefer: int, *, space: Space | None = None, professional: Professional | None = None) -> Account:
    """The account there is, or a new one that no password opens. A closed one stays closed."""
    rows = Account.objects.select_related("space").filter(space=space, professional=professional)
    found = sorted(rows, key=lambda row: (row.pk != prefer, not row.is_active, row.pk))
    if found:
        return found[0]
    account = Account(username=f"fc-{secrets.token_hex(12)}", space=space, professional=professional)
    account.password = make_password(None)
    account.save()
    return account


def _link(proof: Proof, account: Account, *, now: dt.datetime) -> None:
    """From now on (issuer, sub) is enough. Two people of a provider on one account: homonyms, hence a refusal."""
    issuer = proof.provider.issuer
    if ExternalIdentity.objects.filter(issuer=issuer, account=account).exists():
        raise AccessRefused("Another identity of this provider opens this account.", code="identity-taken")
    ExternalIdentity.objects.create(account=account, issuer=issuer, subject=proof.subject, linked_at=now)
    if account.space_id is not None:
        trace.append(
            Act(
                space_id=account.space_id,
                event=Event.PROVIDER_LINKED,
                actor_kind=ActorKind.CITIZEN.value,
                actor_id=str(account.space_id),
                channel=Channel.WEB.value,
                at=now,
                ground=proof.provider.name,
                level=proof.level.word,
            )
        )


def keep_session(session_id: uuid.UUID, proof: Proof) -> None:
    """This session comes from that provider: they end together."""
    sealed = crypto.envelope(settings.HYGIE_MASTER_KEY, proof.id_token.encode("ascii"), context=_CONTEXT)
    values = {"provider": proof.provider.name, "subject": proof.subject, "sid": proof.sid, "sealed": sealed}
    ProviderSession.objects.update_or_create(session_id=session_id, defaults=values)


def take_session(session_id: uuid.UUID) -> tuple[str, str] | None:
    """(provider, ID token) of a session that is about to end; forgotten here."""
    row = ProviderSession.objects.filter(session_id=session_id).first()
    if row is None:
        return None
    token = crypto.open_envelope(settings.HYGIE_MASTER_KEY, bytes(row.sealed), context=_CONTEXT).decode("ascii")
    row.delete()
    return row.provider, token


def forget_ended(*, now: dt.datetime) -> int:
    """What was kept of a provider's session, once ours is over: the ID token names the person."""
    over = Q(session__ended_at__isnull=False) | Q(session__seen_at__lt=now - dt.timedelta(days=1))
    return ProviderSession.objects.filter(over).delete()[0]


def end_by_provider(provider: Provider, notice: LogoutNotice, *, now: dt.datetime) -> int:
    """Ends the sessions that the provider's own one opened, if they are older than its notice; how many."""
    rows = ProviderSession.objects.filter(provider=provider.name)
    if notice.sid:
        named = Q(sid=notice.sid)
        rows = rows.filter(named | Q(sid="", subject=notice.subject) if notice.subject else named)
    if notice.subject:
        rows = rows.filter(subject=notice.subject)
    opened = list(rows.values_list("session_id", flat=True))
    # The notice counts whole seconds.
    until = notice.at + dt.timedelta(seconds=1)
    live = Session.objects.filter(id__in=opened, created_at__lt=until, ended_at__isnull=True)
    return live.update(ended_at=now)
