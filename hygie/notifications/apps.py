from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "hygie.notifications"
    label = "notifications"
