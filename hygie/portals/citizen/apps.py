from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "hygie.portals.citizen"
    label = "citizen"
