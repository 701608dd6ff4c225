"""Spaces and the people behind them, the register of professionals and organisations, accounts and machine clients."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from hygie.identity.ins import IdentityStatus


class Space(models.Model):
    """One citizen's space, for life. Its id is opaque: the matricule is never a key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # Opened by a client of kind `bench`: made-up data, nobody's.
    is_test = models.BooleanField(default=False)


class Identity(models.Model):
    """The national identity of a space: INS and strict traits (RNIV)."""

    space = models.OneToOneField(Space, on_delete=models.PROTECT, primary_key=True)
    ins_oid = models.CharField(max_length=64)
    ins_value = models.CharField(max_length=15)
    status = models.CharField(max_length=5, choices=[(s.value, s.value) for s in IdentityStatus])
    birth_family = models.CharField(max_length=100)
    birth_given = models.JSONField(default=list)
    first_given = models.CharField(max_length=100)
    used_family = models.CharField(max_length=100, default="")
    used_given = models.CharField(max_length=100, default="")
    sex = models.CharField(max_length=1)
    born_on = models.DateField()
    birth_place = models.CharField(max_length=5, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ins_oid", "ins_value"], name="identity_ins_once")]


class Organization(models.Model):
    """A structure of the register (IDNST, FINESS)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    idnst = models.CharField(max_length=64, unique=True)
    finess = models.CharField(max_length=9, default="")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, default="")
    practice_setting = models.CharField(max_length=32, default="")
    city = models.CharField(max_length=100, default="")
    active = models.BooleanField(default=True)


class Professional(models.Model):
    """A professional of the register (IDNPS, RPPS)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    idnps = models.CharField(max_length=64, unique=True)
    rpps = models.CharField(max_length=11, default="")
    family = models.CharField(max_length=100)
    given = models.CharField(max_length=100)
    title = models.CharField(max_length=8, default="")
    profession = models.CharField(max_length=8)
    speciality = models.CharField(max_length=16, default="")
    active = models.BooleanField(default=True)


class Role(models.Model):
    """A professional works in a structure."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="roles")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="roles")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["professional", "organization"], name="identity_role_once")]


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A local means of sign-in, of a citizen (`space`) or of a professional; the seam for passkeys and federation."""

    username = models.CharField(max_length=150, unique=True)
    space = models.ForeignKey(Space, null=True, on_delete=models.PROTECT, related_name="accounts")
    professional = models.ForeignKey(Professional, null=True, on_delete=models.PROTECT, related_name="accounts")
    is_active = models.BooleanField(default=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(space__isnull=False, professional__isnull=True)
                | models.Q(space__isnull=True, professional__isnull=False),
                name="identity_account_one_kind",
            )
        ]


class SignInAttempt(models.Model):
    """Failed sign-ins, to slow down guessing; the account is a digest, so that a mistyped password is not kept."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["digest", "at"], name="identity_attempt")]


class MachineClient(models.Model):
    """Software that a structure uses: the OAuth2 client, what kind it is and for which structure it acts."""

    application = models.OneToOneField("oauth2_provider.Application", on_delete=models.CASCADE, related_name="machine")
    kind = models.CharField(max_length=32)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="clients")
    scopes = models.TextField(help_text="SMART v2 scopes that the client is registered for, separated by spaces.")


class TokenSubject(models.Model):
    """The professional for whom an access token was given."""

    token = models.OneToOneField("oauth2_provider.AccessToken", on_delete=models.CASCADE, related_name="subject")
    professional = models.ForeignKey(Professional, on_delete=models.CASCADE)
    client = models.ForeignKey(MachineClient, on_delete=models.CASCADE)
