from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "hygie.identity.sign_in"
    label = "sign_in"
