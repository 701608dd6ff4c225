"""Resources against profiles: StructureDefinitions, snapshot or differential, loaded as data."""

from hygie.fhir.core.validation.profiles.check import Judge
from hygie.fhir.core.validation.profiles.scope import Codes
from hygie.fhir.core.validation.profiles.tree import Profile, Profiles

__all__ = ["Codes", "Judge", "Profile", "Profiles"]
