from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "hygie.identity.federation"
    label = "federation"
