"""Documents as they were received. Their metadata are DocumentReference resources of the FHIR store."""

from django.db import models


class Document(models.Model):
    """What ties a received document to its DocumentReference (same id): integrity, idempotency, replacement, receipt.

    `title`, `author` and `organization` are what lists show and filter; the DocumentReference is the truth they come from.
    """

    pk = models.CompositePrimaryKey("space_id", "id")
    space_id = models.UUIDField()
    id = models.CharField(max_length=64)
    unique_id = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    title = models.CharField(max_length=255)
    author = models.CharField(max_length=255, default="")
    organization = models.CharField(max_length=255, default="")
    receipt = models.CharField(max_length=64)
    deposited_at = models.DateTimeField()
    # The sender, who need not be an author.
    professional_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    # unique id of the document that this one replaces, kept even while we do not hold it.
    replaces = models.CharField(max_length=255, default="")
    replaced_by = models.CharField(max_length=64, default="")
    # What was odd and did not refuse it: `ins-key`, `birth-place`.
    flags = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space_id", "unique_id"], name="record_document_once")]
        indexes = [
            models.Index(
                fields=["space_id", "replaces"], name="record_document_replaces", condition=~models.Q(replaces="")
            )
        ]


class DocumentWords(models.Model):
    """The folded words of a document (title, kind, author, text), for search inside one space."""

    pk = models.CompositePrimaryKey("space_id", "id")
    space_id = models.UUIDField()
    id = models.CharField(max_length=64)
    words = models.TextField()


class SpaceKey(models.Model):
    """The data key of a space, wrapped; erasing this row erases the space's files."""

    space_id = models.UUIDField(primary_key=True)
    kek_id = models.CharField(max_length=32)
    wrapped = models.BinaryField()
