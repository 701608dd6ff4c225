"""Whose account an identity of a provider opens, and what a session owes to its provider."""

from django.db import models

from hygie.identity.models import Account
from hygie.identity.sign_in.models import Session


class ExternalIdentity(models.Model):
    """One identity of a provider (issuer, sub) opens one account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="external_identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="federation_identity_once"),
            # Two people of one provider never share an account.
            models.UniqueConstraint(fields=["issuer", "account"], name="federation_account_once"),
        ]


class ProviderSession(models.Model):
    """A session that a provider opened or raised: what is needed to close the one there, and what closes this one."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, related_name="provider")
    provider = models.CharField(max_length=32)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, default="")
    # The ID token, sealed: it names the person, and RP-initiated logout asks for it.
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["provider", "subject"], name="federation_session_subject")]
