"""The life of any FHIR resource: written, changed, deleted, read, with the rights and the trace of everything else.

A document that was deposited, its file and the entries read from it are immutable here (`guarding.py`).
"""

from hygie.record.resources.conditional import create_unless, delete_matching, patch_matching, update_matching
from hygie.record.resources.reading import everything, find, history, read, read_file, search_registers, vread
from hygie.record.resources.spaces import open_space
from hygie.record.resources.together import Create, Prepared, together
from hygie.record.resources.types import Everything, History, Version, Written
from hygie.record.resources.whose import is_somebodys, space_of
from hygie.record.resources.writing import create, delete, patch, space_named, update

__all__ = [
    "Create",
    "Everything",
    "History",
    "Prepared",
    "Version",
    "Written",
    "create",
    "create_unless",
    "delete",
    "delete_matching",
    "everything",
    "find",
    "history",
    "is_somebodys",
    "open_space",
    "patch",
    "patch_matching",
    "read",
    "read_file",
    "search_registers",
    "space_named",
    "space_of",
    "together",
    "update",
    "update_matching",
    "vread",
]
