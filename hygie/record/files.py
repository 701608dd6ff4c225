"""The files that a person adds: what they really are, and the metadata of a document deposited by its own patient."""

import datetime as dt
import uuid

from hygie.identity.types import Person
from hygie.lib.clock import PARIS
from hygie.lib.errors import Invalid
from hygie.record.types import Origin, Submission
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding

_TRE_R02 = "https://mos.esante.gouv.fr/NOS/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite"
_FORMAT = "urn:oid:1.3.6.1.4.1.19376.1.2.3"
_FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
}
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
ACCEPTED = ("application/pdf", "image/jpeg", "image/png", "text/plain")


def sniff(content: bytes) -> str:
    """The media type that the bytes are, among those accepted; "" for anything else, whatever its name says."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    # A file that a browser could take for markup is not plain text.
    printable = all(c.isprintable() or c in "\r\n\t\ufeff" for c in text)
    return "text/plain" if printable and not text.lstrip("\ufeff \r\n\t").startswith("<") else ""


def own_submission(
    person: Person, *, title: str, type_code: str, dated_on: dt.date, content: bytes, now: dt.datetime
) -> Submission:
    if not content:
        raise Invalid("The file is empty.", code="file-empty", path="content")
    media_type = sniff(content)
    if not media_type:
        raise Invalid("A document is a PDF, a JPEG or PNG picture, or plain text.", code="file-type", path="content")
    kind = terminology.document_type(type_code)
    if kind is None:
        raise Invalid("This kind is not one that a person may add.", code="type-unknown", path="type_code")
    dated_at = dt.datetime.combine(dated_on, dt.time(), tzinfo=PARIS)
    return Submission(
        unique_id=f"urn:uuid:{uuid.uuid4()}",
        type=Coding(kind.system, kind.code, kind.label),
        class_code=kind.class_code,
        title=title,
        created=dated_on.isoformat(),
        created_at=dated_at,
        ins=(person.ins,),
        traits=person.traits,
        media_type=media_type,
        content=content,
        format=Coding(_FORMAT, _FORMATS[media_type]) if media_type in _FORMATS else None,
        facility=Coding(_TRE_R02, "EXP_PATIENT", "Expression du patient"),
        practice_setting=Coding("urn:oid:1.2.250.1.213.1.1.4.9", "EXP_PATIENT", "Expression du patient"),
        period_start=dated_on.isoformat(),
        period_start_at=dated_at,
        origin=Origin.PATIENT,
        text=content.decode("utf-8") if media_type == "text/plain" else "",
    )
