"""VAC-NOTE: what was injected, by whom, from which lot."""

from hygie.record.cda.write.documents import parts
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.sections import structured
from hygie.record.cda.write.types import Header, VaccinationNote


def write(header: Header, content: VaccinationNote) -> bytes:
    ids = Ids(header.id)
    return structured(header, ids, (parts.vaccinations(ids, content.vaccinations, content.title),))
