from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "hygie.portals.account"
    label = "account"
