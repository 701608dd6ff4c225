"""Accounts: the local means of sign-in, and what guards them."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from hygie.identity.models.register import Professional
from hygie.identity.models.spaces import Space


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
