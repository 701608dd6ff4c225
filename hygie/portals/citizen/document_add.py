"""Add a document: a file or a photo, what it is, its date."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hygie.access.types import Permission
from hygie.lib.errors import Invalid, TooLarge
from hygie.portals.citizen.forms import DocumentAddForm
from hygie.portals.citizen.page import render_page
from hygie.portals.policy import policy
from hygie.record import actions as record_actions
from hygie.terminology import queries as terminology


@policy("citizen", Permission.DOCUMENT_ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def document_add(request: HttpRequest) -> HttpResponse:
    today = timezone.localtime(request.now).date()
    if request.method != "POST":
        return _form_page(request, DocumentAddForm(today=today))
    form = DocumentAddForm(request.POST, request.FILES, today=today)
    document_id = _deposit(request, form) if form.is_valid() else None
    if document_id is None:
        return _form_page(request, form, status=422)
    messages.success(request, gettext("Le document est ajouté. Les soignants peuvent le voir, selon leur métier."))
    return redirect("citizen:document", document_id)


def _deposit(request: HttpRequest, form: DocumentAddForm) -> str | None:
    """The id of the new document; None when the file does not fit, which the form then says."""
    values = form.cleaned_data
    try:
        return record_actions.add_own_document(
            request.actor,
            request.space_id,
            title=values["title"] or terminology.plain_title(values["kind"]),
            type_code=values["kind"],
            dated_on=values["dated_on"],
            content=values[form.upload_name].read(),
            now=request.now,
        )
    except TooLarge:
        form.add_error(form.upload_name, gettext("Ce fichier est trop gros. Choisissez-en un plus petit."))
    except Invalid as error:
        if error.code != "file-type":
            raise
        form.add_error(
            form.upload_name, gettext("Ce fichier n’est pas un PDF, une photo JPEG ou PNG, ou du texte simple.")
        )
    return None


def _form_page(request: HttpRequest, form: DocumentAddForm, *, status: int = 200) -> HttpResponse:
    return render_page(
        request,
        "document_add",
        nav="add",
        title=gettext("Ajouter un document"),
        form=form,
        file_lost=bool(request.FILES),
        status=status,
    )
