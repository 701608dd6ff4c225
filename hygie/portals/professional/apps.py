from django.apps import AppConfig


class ProfessionalConfig(AppConfig):
    name = "hygie.portals.professional"
    label = "professional"
