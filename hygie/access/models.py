"""What the person decided, and who is around the person. A row is never erased: it ends."""

import uuid

from django.db import models


class SpaceRow(models.Model):
    pk = models.CompositePrimaryKey("space_id", "id")
    space_id = models.UUIDField()
    id = models.UUIDField(default=uuid.uuid4)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    objects = models.Manager["SpaceRow"]()

    class Meta:
        abstract = True


class CareTeamMember(SpaceRow):
    """A professional or a whole structure of the care team (équipe de soins, CSP L.1110-12)."""

    professional_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    attending = models.BooleanField(default=False)


class ConsultationConsent(SpaceRow):
    """Explicit consent to consultation, given to a professional outside the care team, for one consultation."""

    professional_id = models.UUIDField()
    organization_id = models.UUIDField()


class Block(SpaceRow):
    """A professional or a structure that the person keeps out, whatever else holds."""

    professional_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)


class Opposition(SpaceRow):
    """Opposition to feeding: everything, a professional, a structure, or a category (document class)."""

    professional_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    category = models.CharField(max_length=8, default="")


class Representation(SpaceRow):
    """Somebody who runs this space for its holder: a legal representative of a minor (code civil, art. 371-1)."""

    representative_space_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["representative_space_id"], name="access_representative")]
