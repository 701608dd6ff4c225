"""Published JSON: a file, a folder, or a FHIR package (.tgz, the layout of npm). Read as it is; nothing is written to disk.

https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from hygie.lib.errors import Invalid, TooLarge

_ARCHIVES = (".tgz", ".tar.gz")
_MOST = 20_000


def json_files(path: Path, *, largest: int, code: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each JSON file. Of a package, the name inside it; folders of examples are in it too.

    Raises Invalid(`code`) for what is no package, TooLarge for a file of more than `largest` bytes, OSError.
    """
    if path.is_dir():
        for each in sorted(path.rglob("*.json")):
            yield str(each), _bounded(str(each), each.read_bytes(), largest)
    elif path.name.endswith(_ARCHIVES):
        yield from _packed(path, largest, code)
    else:
        yield str(path), _bounded(str(path), path.read_bytes(), largest)


def _packed(path: Path, largest: int, code: str) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:gz") as package:
            for index, member in enumerate(package):
                if index > _MOST or member.size > largest:
                    raise TooLarge(f"{path.name}:{member.name} is too large, or one file too many.")
                if member.isfile() and member.name.endswith(".json"):
                    held = package.extractfile(member)
                    if held is not None:
                        yield member.name, held.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Invalid(f"{path.name} is no FHIR package (.tgz).", code=code, path=path.name) from error


def _bounded(name: str, data: bytes, largest: int) -> bytes:
    if len(data) > largest:
        raise TooLarge(f"{name} is larger than {largest // 1024 // 1024} MB.")
    return data
