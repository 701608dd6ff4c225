"""Resources against profiles: StructureDefinition snapshots, loaded as data."""

from hygie.fhir.core.validation.profiles.check import Codes, Judge
from hygie.fhir.core.validation.profiles.tree import Profile, Profiles

__all__ = ["Codes", "Judge", "Profile", "Profiles"]
