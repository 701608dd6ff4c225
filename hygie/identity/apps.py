from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "hygie.identity"
    label = "identity"
