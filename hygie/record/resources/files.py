"""The bytes of a Binary: encrypted in the space's files, not in the database.

The row keeps `data` as `sha256:<digest>`, which no base64 is; readers put the bytes back.
"""

import base64
import binascii
import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings

from hygie.fhir.core import json
from hygie.lib.errors import Invalid, TooLarge
from hygie.record import blobs

_ADDRESS = "sha256:"


def take(space_id: uuid.UUID, resource: dict[str, Any]) -> tuple[dict[str, Any], Path | None]:
    """The resource with the address of its file in place of its bytes, and the file when it is a new one.

    `data` is base64, or bytes from a door that received them raw. Raises Invalid(file-encoding), TooLarge.
    """
    data = resource.get("data")
    if resource["resourceType"] != "Binary" or data is None:
        return resource, None
    content = data if isinstance(data, bytes) else _decoded(data)
    if len(content) > settings.HYGIE_DOCUMENT_BYTES:
        raise TooLarge("The file is too large.", code="document-too-large")
    digest = hashlib.sha256(content).hexdigest()
    path = blobs.put(space_id, blobs.data_key_for_writing(space_id), content, digest)
    return {**resource, "data": _ADDRESS + digest}, path


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str):
        raise Invalid("A base64 text is expected here.", code="structure", path="Binary.data")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("This is not base64.", code="file-encoding", path="Binary.data") from error


def put_back(type: str, space_id: uuid.UUID, body: bytes) -> bytes:
    """The resource as it was sent, bytes included; other types as they are."""
    if type != "Binary" or not body:
        return body
    resource = json.read_object(body)
    if (content := content_of(space_id, resource)) is not None:
        resource["data"] = content
    return json.write(resource)


def content_of(space_id: uuid.UUID, resource: dict[str, Any]) -> bytes | None:
    data = resource.get("data", "")
    if not data.startswith(_ADDRESS):
        return None
    return blobs.get(space_id, blobs.data_key(space_id), data.removeprefix(_ADDRESS))
