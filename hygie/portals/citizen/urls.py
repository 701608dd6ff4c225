"""The citizen's pages: home, documents, who may see and who has seen."""

from django.urls import path

from hygie.portals.citizen import (
    access,
    document,
    document_add,
    documents,
    home,
    journal,
    oppositions,
    profile,
    rights,
    visibility,
)

app_name = "citizen"

urlpatterns = [
    path("accueil/", home.home, name="home"),
    path("profil/", profile.profile_switch, name="profile_switch"),
    path("dossier/documents/", documents.document_list, name="documents"),
    path("dossier/documents/ajouter/", document_add.document_add, name="document_add"),
    path("dossier/documents/<slug:document_id>/", document.document, name="document"),
    path("dossier/documents/<slug:document_id>/fichier/", document.document_file, name="document_file"),
    path(
        "dossier/documents/<slug:document_id>/piece/<int:index>/",
        document.document_attachment,
        name="document_attachment",
    ),
    path("dossier/documents/<slug:document_id>/masquer/", visibility.document_hide, name="document_hide"),
    path("dossier/documents/<slug:document_id>/montrer/", visibility.document_show, name="document_show"),
    path("acces/", access.access, name="access"),
    path("acces/qui-peut/", rights.who_can, name="access_who_can"),
    path("acces/qui-peut/equipe/ajouter/", rights.team_add, name="team_add"),
    path("acces/qui-peut/equipe/<uuid:member_id>/retirer/", rights.team_leave, name="team_leave"),
    path("acces/qui-peut/accord/<uuid:consent_id>/retirer/", rights.consent_withdraw, name="consent_withdraw"),
    path("acces/qui-peut/bloquer/", rights.block_add, name="block_add"),
    path("acces/qui-peut/bloquer/<uuid:block_id>/lever/", rights.block_lift, name="block_lift"),
    path("acces/qui-peut/opposition/", oppositions.opposition_add, name="opposition_add"),
    path("acces/qui-peut/opposition/<uuid:opposition_id>/lever/", oppositions.opposition_lift, name="opposition_lift"),
    path("acces/qui-a-vu/", journal.who_has, name="access_who_has"),
    path("acces/qui-a-vu/export.csv", journal.export, name="access_export"),
]
