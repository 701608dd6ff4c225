"""Events that left with their write: docs/adr/0005-leave-by-outbox.md. References only, never health data."""

from django.db import models


class Event(models.Model):
    name = models.CharField(max_length=64)
    space_id = models.UUIDField()
    reference = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    # Every consumer of the name is called, at least once each; all are idempotent, so a retry calls them all again.
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=128, default="")

    class Meta:
        db_table = "outbox_event"
        indexes = [models.Index(fields=["due_at"], name="outbox_event_due", condition=models.Q(done_at__isnull=True))]
