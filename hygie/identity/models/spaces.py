"""Spaces and the national identity of the people behind them."""

import uuid

from django.db import models

from hygie.identity.ins import IdentityStatus


class Space(models.Model):
    """One citizen's space, for life. Its id is opaque: the matricule is never a key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # Opened by a client of kind `bench`: made-up data, nobody's.
    is_test = models.BooleanField(default=False)


class Identity(models.Model):
    """The national identity of a space: INS and strict traits (RNIV)."""

    space = models.OneToOneField(Space, on_delete=models.PROTECT, primary_key=True)
    ins_oid = models.CharField(max_length=64)
    ins_value = models.CharField(max_length=15)
    status = models.CharField(max_length=5, choices=[(s.value, s.value) for s in IdentityStatus])
    birth_family = models.CharField(max_length=100)
    birth_given = models.JSONField(default=list)
    first_given = models.CharField(max_length=100)
    used_family = models.CharField(max_length=100, default="")
    used_given = models.CharField(max_length=100, default="")
    sex = models.CharField(max_length=1)
    born_on = models.DateField()
    birth_place = models.CharField(max_length=5, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ins_oid", "ins_value"], name="identity_ins_once")]
