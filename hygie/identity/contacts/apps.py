from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "hygie.identity.contacts"
    label = "contacts"
