"""Level-3 content as FHIR R4: the coded entries of a CDA document, one resource each. Nothing is guessed."""

from hygie.record.cda.entries.extraction import Extraction, extract, read_entries

__all__ = ["Extraction", "extract", "read_entries"]
