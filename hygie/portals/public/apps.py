from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "hygie.portals.public"
    label = "public"
