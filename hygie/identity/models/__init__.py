"""The tables of identity, one file a subject; Django wants them all in one place."""

from hygie.identity.models.accounts import Account, SignInAttempt
from hygie.identity.models.clients import MachineClient, TokenSubject
from hygie.identity.models.register import Organization, Professional, Role
from hygie.identity.models.spaces import Identity, Space

__all__ = [
    "Account",
    "Identity",
    "MachineClient",
    "Organization",
    "Professional",
    "Role",
    "SignInAttempt",
    "Space",
    "TokenSubject",
]
