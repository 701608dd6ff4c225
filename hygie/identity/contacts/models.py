import uuid

from django.db import models

from hygie.identity.models import Space


class ContactPoint(models.Model):
    """An address of a person. A verified one may serve to sign in; it is the same person's until it is removed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="contact_points")
    system = models.CharField(max_length=5)
    value = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "system", "value"], name="contacts_point_once")]


class OneTimeCode(models.Model):
    """A code that was sent: its digest only. `subject` is an opaque id; one code at a time for a purpose and a subject."""

    purpose = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject", "created_at"], name="contacts_code")]
