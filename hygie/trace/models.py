"""The journal's tables. Opaque ids, no foreign keys: it outlives every model that it mentions."""

from django.db import models


class Head(models.Model):
    """The last number and hash of a space's chain."""

    space_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "trace_head"


class Entry(models.Model):
    """One act. `payload` holds the canonical bytes that are hashed (docs/reference/trace-format.md); the other columns
    repeat parts of it for filters, and `verify` compares them with it."""

    pk = models.CompositePrimaryKey("space_id", "seq")
    space_id = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8)
    actor_kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    object = models.CharField(max_length=128, default="")
    payload = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "trace_entry"
        indexes = [
            models.Index(
                fields=["space_id", "object", "seq"], name="trace_entry_object", condition=~models.Q(object="")
            ),
            models.Index(fields=["space_id", "actor", "seq"], name="trace_entry_actor"),
        ]
