"""Machine clients and for whom their tokens are."""

from django.db import models

from hygie.identity.models.register import Organization, Professional


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
