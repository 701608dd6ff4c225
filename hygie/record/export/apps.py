from django.apps import AppConfig


class ExportConfig(AppConfig):
    name = "hygie.record.export"
    label = "export"
