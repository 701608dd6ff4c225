"""« Ma connexion » and « Mes appareils »."""

from django.urls import path

from hygie.portals.account import devices, means, security

app_name = "account"
urlpatterns = [
    path("ma-connexion/", security.security, name="security"),
    path("ma-connexion/mot-de-passe/", security.password, name="password"),
    path("ma-connexion/codes-de-secours/", security.recovery_codes, name="recovery_codes"),
    path("ma-connexion/cle/ajouter/", means.passkey_add, name="passkey_add"),
    path("ma-connexion/cle/question/", means.passkey_question, name="passkey_question"),
    path("ma-connexion/application/ajouter/", means.totp_add, name="totp_add"),
    path("ma-connexion/moyen/<uuid:factor_id>/", means.factor, name="factor"),
    path("ma-connexion/moyen/<uuid:factor_id>/retirer/", means.factor_remove, name="factor_remove"),
    path("ma-connexion/moyen/<uuid:factor_id>/essayer/", means.factor_test, name="factor_test"),
    path("mes-appareils/", devices.devices, name="devices"),
    path("mes-appareils/autres/deconnecter/", devices.end_others, name="end_others"),
    path("mes-appareils/<uuid:session_id>/deconnecter/", devices.end_one, name="end_one"),
]
