from django.apps import AppConfig


class SimulatorsConfig(AppConfig):
    name = "hygie.simulators"
    label = "simulators"
