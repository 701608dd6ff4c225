"""Sessions, and what proves who somebody is."""

import uuid

from django.db import models

from hygie.identity.models import Account


class Session(models.Model):
    """One sign-in, on one device, until it ends: what « my devices » shows.

    Django's own session only holds this id: ending the row ends the session at its next request.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    method = models.CharField(max_length=32)
    level = models.PositiveSmallIntegerField()
    # Short limits, and nothing left behind: a computer that others use.
    kiosk = models.BooleanField(default=False)
    device = models.CharField(max_length=100, default="")
    created_at = models.DateTimeField()
    proved_at = models.DateTimeField(help_text="The last time that the person proved who she is.")
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "created_at"], name="sign_in_session_account")]


class Factor(models.Model):
    """A passkey (credential and public key) or an authenticator application (sealed secret)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # TOTP: the envelope of the secret, and the last step that was accepted; an older or equal one is a replay.
    sealed = models.BinaryField(default=b"")
    last_step = models.BigIntegerField(default=0)
    # Passkey: SHA-256 of the credential id, attested credential data (CTAP2), signature counter, user handle.
    credential = models.CharField(max_length=64, null=True, unique=True)
    public = models.BinaryField(default=b"")
    sign_count = models.BigIntegerField(default=0)
    handle = models.BinaryField(default=b"")

    class Meta:
        indexes = [models.Index(fields=["account", "kind"], name="sign_in_factor_account")]


class RecoveryCode(models.Model):
    """One of the ten codes on paper: its digest only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="sign_in_recovery_once")]


class Device(models.Model):
    """A browser that this account has come in with: the digest of a cookie that nobody can guess."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="sign_in_device_once")]


class SpentChallenge(models.Model):
    """A challenge that was answered: it is not answered twice."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)


class Reset(models.Model):
    """Somebody said that a password was forgotten. The row is the same whether the account exists or not.

    `sealed` holds the name that was typed until the worker has looked for it; `account` is then filled, or stays empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sealed = models.BinaryField(default=b"")
    language = models.CharField(max_length=8, default="fr")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="resets")
    created_at = models.DateTimeField()
    # A code that was sent came back.
    proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
