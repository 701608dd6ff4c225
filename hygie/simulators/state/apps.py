from django.apps import AppConfig


class StateConfig(AppConfig):
    name = "hygie.simulators.state"
    label = "state"
