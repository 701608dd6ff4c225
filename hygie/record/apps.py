from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "hygie.record"
    label = "record"
