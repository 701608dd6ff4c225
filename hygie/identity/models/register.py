"""The register of professionals and organisations."""

import uuid

from django.db import models


class Organization(models.Model):
    """A structure of the register (IDNST, FINESS)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    idnst = models.CharField(max_length=64, unique=True)
    finess = models.CharField(max_length=9, default="")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, default="")
    practice_setting = models.CharField(max_length=32, default="")
    city = models.CharField(max_length=100, default="")
    active = models.BooleanField(default=True)


class Professional(models.Model):
    """A professional of the register (IDNPS, RPPS)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    idnps = models.CharField(max_length=64, unique=True)
    rpps = models.CharField(max_length=11, default="")
    family = models.CharField(max_length=100)
    given = models.CharField(max_length=100)
    title = models.CharField(max_length=8, default="")
    profession = models.CharField(max_length=8)
    speciality = models.CharField(max_length=16, default="")
    active = models.BooleanField(default=True)


class Role(models.Model):
    """A professional works in a structure."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="roles")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="roles")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["professional", "organization"], name="identity_role_once")]
