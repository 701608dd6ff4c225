"""The tables of the FHIR store: docs/adr/0003-store-fhir-resources.md says why they are so.

`space_id` leads every key, so that a hot statement names one space and the tables can be sharded by it.
`Resource` holds the current version of each resource, `Version` the former ones; bodies are the raw JSON bytes
that are served. `IndexRow` holds the search parameters that are not promoted to columns.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class ByteText(_Text):
    """A text that is compared byte by byte on both databases, whatever the locale of the PostgreSQL one."""

    def db_type(self, connection: Any) -> str | None:
        return 'text COLLATE "C"' if connection.vendor == "postgresql" else super().db_type(connection)


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
    # Its patient or subject is the Patient of its space: true of nearly all, so that it has no row in the index.
    own = models.BooleanField(default=True)

    class Meta:
        db_table = "fhir_resource"
        indexes = [
            models.Index("space_id", "type", models.F("sort_at").desc(), "id", name="fhir_resource_newest"),
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
    """One value of one indexed field (hygie.fhir.core.search.values says what is in the columns for each kind).

    `low` and `high` are the ends of dates (seconds since 1970), numbers and quantities; of other values, the date by which
    the resource is sorted, so that `fhir_index_value` gives the newest first.
    """

    pk = models.CompositePrimaryKey("space_id", "type", "id", "ordinal")
    space_id = models.UUIDField()
    type = models.CharField(max_length=64)
    id = models.CharField(max_length=64)
    ordinal = models.PositiveIntegerField()
    field = models.IntegerField()
    element = models.PositiveIntegerField(default=0)
    system = ByteText(default="")
    value = ByteText(default="")
    text = models.TextField(default="")
    low = models.FloatField(default=0)
    high = models.FloatField(default=0)

    class Meta:
        db_table = "fhir_index"
        indexes = [models.Index(fields=["space_id", "field", "value", "low", "id"], name="fhir_index_value")]
