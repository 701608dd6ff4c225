from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "hygie.portals.ui"
    label = "ui"
