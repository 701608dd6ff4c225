"""How the words of a search are understood, wherever one is read: by the search door, in a criterion, in an export's filter."""

from django.conf import settings

from hygie.fhir.core.search import Reading
from hygie.terminology import queries as terminology
from hygie.terminology import sets


def reading() -> Reading:
    return Reading(terminology.canonical_system, sets.codes_of, f"{settings.HYGIE_BASE_URL}/fhir", sets.related)
