"""The tables of the FHIR store: docs/adr/0003-store-fhir-resources.md says why they are so.

`space_id` leads every key, so that a hot statement names one space and the tables can be sharded by it.
`Resource` holds the current version of each resource, `Version` the former ones; bodies are the raw JSON bytes
that are served. `IndexRow` holds the search parameters that are not promoted to columns.
"""

from django.db import models


class AccessColumnsMixin(models.Model):
    """What the caller's rules read; opaque to the engine (condition.py)."""

    labels = models.BigIntegerField(default=0)
    type_code = models.CharField(max_length=64, default="")
    origin = models.CharField(max_length=16, default="")
    authors = models.TextField(default=" ")

    class Meta:
        abstract = True


class Resource(AccessColumnsMixin):
    pk = models.CompositePrimaryKey("space_id", "type", "id")
    space_id = models.UUIDField()
    type = models.CharField(max_length=64)
    id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    body = models.BinaryField()
    # Promoted search parameters: what people really search by.
    status = models.CharField(max_length=32, default="")
    code = models.CharField(max_length=64, default="")
    category = models.CharField(max_length=64, default="")
    sort_at = models.DateTimeField(null=True)
    # The document from which this entry was read; it follows that document's visibility.
    derived_from = models.CharField(max_length=64, default="")
    # Its place in that document, and whether that document is the one that counts: searches leave the others out.
    place = models.PositiveIntegerField(default=0)
    current = models.BooleanField(default=True)

    class Meta:
        db_table = "fhir_resource"
        indexes = [
            models.Index("space_id", "type", models.F("sort_at").desc(), "id", name="fhir_resource_newest"),
            models.Index("space_id", "type", "code", models.F("sort_at").desc(), name="fhir_resource_code"),
            models.Index(
                fields=["space_id", "derived_from"], name="fhir_resource_derived", condition=~models.Q(derived_from="")
            ),
        ]


class Version(AccessColumnsMixin):
    """A former version, written when the next one comes; never changed."""

    pk = models.CompositePrimaryKey("space_id", "type", "id", "version")
    space_id = models.UUIDField()
    type = models.CharField(max_length=64)
    id = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    updated_at = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    body = models.BinaryField()

    class Meta:
        db_table = "fhir_version"


class IndexRow(models.Model):
    """One value of one search parameter: `value` for token, string, uri and reference; `low`/`high` for dates
    (seconds since 1970) and numbers."""

    pk = models.CompositePrimaryKey("space_id", "type", "id", "param", "ordinal")
    space_id = models.UUIDField()
    type = models.CharField(max_length=64)
    id = models.CharField(max_length=64)
    param = models.CharField(max_length=64)
    ordinal = models.PositiveSmallIntegerField()
    system = models.TextField(default="")
    value = models.TextField(default="")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)

    class Meta:
        db_table = "fhir_index"
        indexes = [
            models.Index(fields=["space_id", "type", "param", "value"], name="fhir_index_value"),
            models.Index(
                fields=["space_id", "type", "param", "low"],
                name="fhir_index_low",
                condition=models.Q(low__isnull=False),
            ),
        ]
