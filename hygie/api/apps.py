from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "hygie.api"
    label = "api"
