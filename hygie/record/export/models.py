"""Bulk exports: who asked for what, which spaces it goes through, and the files that it made.

The rows hold no health data. The files are sealed with the job's own key, wrapped here: erase the row, and nobody reads them.
"""

from django.db import models


class State(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    id = models.CharField(max_length=24, primary_key=True)
    client_id = models.CharField(max_length=100)
    professional_id = models.UUIDField(null=True)
    # JSON of `identity.types.Actor` and of `fhir.http.export.Asked`.
    actor = models.TextField()
    asked = models.TextField()
    request = models.TextField()
    transaction_time = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Spaces: how many there are (null: not counted yet), told in their journals, and safe in files of `File`.
    total = models.PositiveIntegerField(null=True)
    told = models.PositiveIntegerField(default=0)
    safe = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # The worker that has it, until when; the first instant at which one may take it.
    worker = models.CharField(max_length=24, default="")
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    polled_since = models.DateTimeField(null=True)
    polls = models.PositiveIntegerField(default=0)
    kek_id = models.CharField(max_length=32)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "export_job"
        indexes = [
            models.Index(fields=["client_id", "state"], name="export_job_client"),
            models.Index(
                fields=["due_at"], name="export_job_due", condition=models.Q(state__in=["waiting", "running"])
            ),
        ]


class Place(models.Model):
    """One space of a job, by its turn. Fixed when the job begins."""

    pk = models.CompositePrimaryKey("job_id", "turn")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="places")
    turn = models.PositiveIntegerField()
    space_id = models.UUIDField()

    class Meta:
        db_table = "export_place"


class File(models.Model):
    """A whole file, safe on disk. `size` in bytes of ndjson, `packed` of the same in gzip."""

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=24)
    kind = models.CharField(max_length=8)  # output, deleted, error
    type = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    size = models.BigIntegerField()
    packed = models.BigIntegerField()

    class Meta:
        db_table = "export_file"


class Opening(models.Model):
    """Which test software opened a test space: its exports go through those alone."""

    space_id = models.UUIDField(primary_key=True)
    client_id = models.CharField(max_length=100)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "export_opening"
        indexes = [models.Index(fields=["client_id", "opened_at"], name="export_opening_client")]
