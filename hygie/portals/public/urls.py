from django.urls import path

from hygie.portals.public import views, visit

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("connexion/", visit.sign_in, name="sign_in"),
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
