from django.apps import AppConfig


class TraceConfig(AppConfig):
    name = "hygie.trace"
    label = "trace"
