from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "hygie.lib.outbox"
    label = "outbox"
