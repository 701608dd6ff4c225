from django.apps import AppConfig


class PortalsConfig(AppConfig):
    name = "hygie.portals"
    label = "portals"
