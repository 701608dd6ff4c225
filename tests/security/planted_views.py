"""The real addresses, and views with the faults that the walk must find."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from hygie.access.models import Block
from hygie.portals.policy import policy
from hygie.record.models import Document


@policy("signed-in", "none")
def leaking(request: HttpRequest, document_id: str) -> HttpResponse:
    """A document by its id alone, as in OpenEMR's issue 11853 (T-03)."""
    row = Document.objects.filter(id=document_id).first()
    return HttpResponse(row.title if row else "rien")


@policy("signed-in", "none")
def telling(request: HttpRequest, document_id: str) -> HttpResponse:
    exists = Document.objects.filter(id=document_id).exists()
    return HttpResponse("interdit" if exists else "absent", status=403 if exists else 404)


@policy("signed-in", "none")
def breaking(request: HttpRequest, document_id: str) -> HttpResponse:
    return HttpResponse(str(int(document_id)))


@policy("signed-in", "none")
def failing(request: HttpRequest) -> HttpResponse:
    """An exception whose text holds what somebody wrote."""
    raise RuntimeError(f"zqtexteerreurqz zqleacurrentqz {request.GET}")


@policy("signed-in", "none")
def lifting(request: HttpRequest, block_id: object) -> HttpResponse:
    """Changes a right by its id alone."""
    return HttpResponse(str(Block.objects.filter(id=block_id).update(until=request.now)))


urlpatterns = [
    path("essai/fuite/<slug:document_id>/", leaking),
    path("essai/aveu/<slug:document_id>/", telling),
    path("essai/panne/<slug:document_id>/", breaking),
    path("essai/panne-texte/", failing),
    path("essai/levee/<uuid:block_id>/", lifting),
    path("", include("hygie.config.urls")),
]
handler400 = "hygie.portals.ui.errors.bad_request"
handler403 = "hygie.portals.ui.errors.forbidden"
handler404 = "hygie.portals.ui.errors.not_found"
handler500 = "hygie.portals.ui.errors.server_error"
