from django.urls import path, register_converter

from hygie.portals.public import federation, forgotten, raising, second_step, views, visit
from hygie.portals.public.addresses import ProviderName

register_converter(ProviderName, "provider")
app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("connexion/", visit.sign_in, name="sign_in"),
    path("connexion/<provider:provider>/", federation.start, name="federation_start"),
    path("connexion/<provider:provider>/retour/", federation.callback, name="federation_callback"),
    path("connexion/<provider:provider>/sortie/", federation.left, name="federation_left"),
    path("connexion/<provider:provider>/fin/", federation.provider_left, name="federation_provider_left"),
    path("connexion/etape-2/", second_step.second_step, name="second_step"),
    path("connexion/cle/", second_step.passkey, name="passkey"),
    path("connexion/cle/question/", second_step.passkey_options, name="passkey_options"),
    path("connexion/renforcer/", raising.sign_in_raise, name="sign_in_raise"),
    path("connexion/niveaux/", raising.sign_in_levels, name="sign_in_levels"),
    path("connexion/mot-de-passe-oublie/", forgotten.forgotten, name="forgotten"),
    path("connexion/mot-de-passe-oublie/code/", forgotten.forgotten_code, name="forgotten_code"),
    path("connexion/mot-de-passe-oublie/preuve/", forgotten.forgotten_proof, name="forgotten_proof"),
    path("connexion/mot-de-passe-oublie/nouveau/", forgotten.forgotten_password, name="forgotten_password"),
    path("deconnexion/", visit.sign_out, name="sign_out"),
    path("session/", visit.stay, name="stay"),
    path("affichage/", views.display_choices, name="display"),
    path("langue/", views.language, name="language"),
    path("aide/", views.help_page, name="help"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("mentions-legales/", views.legal, name="legal"),
    path("composants/", views.gallery, name="gallery"),
]
