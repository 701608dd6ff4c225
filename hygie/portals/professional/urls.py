from django.urls import path

from hygie.portals.professional import consent, deposit, documents, home, search, summary

app_name = "professional"
_RECORD = "pro/dossier/<slug:key>"
urlpatterns = [
    path("pro/", home.home, name="home"),
    path("pro/structure/", home.organization, name="organization"),
    path("pro/patient/", search.search, name="search"),
    path(f"{_RECORD}/", summary.record, name="record"),
    path(f"{_RECORD}/consentement/", consent.consent, name="consent"),
    path(f"{_RECORD}/fermer/", consent.close, name="close"),
    path(f"{_RECORD}/documents/", documents.documents, name="documents"),
    path(f"{_RECORD}/documents/<slug:document_id>/", documents.document, name="document"),
    path(f"{_RECORD}/documents/<slug:document_id>/fichier/", documents.document_file, name="document_file"),
    path(
        f"{_RECORD}/documents/<slug:document_id>/piece/<int:index>/",
        documents.document_attachment,
        name="document_attachment",
    ),
    path(f"{_RECORD}/deposer/", deposit.deposit, name="deposit"),
]
