"""Deposit of a CDA document by upload, into the record that is open and no other."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hygie.access import actions as access_actions
from hygie.access.types import Permission
from hygie.lib.errors import HygieError, Unavailable
from hygie.portals.errors import status_of
from hygie.portals.policy import policy
from hygie.portals.professional.faults import fault_text
from hygie.portals.professional.forms import DepositForm
from hygie.portals.professional.page import record_page
from hygie.portals.professional.records import OpenRecord, with_record
from hygie.record import actions as record_actions
from hygie.record import queries as record_queries
from hygie.record.types import Receipt


@policy("professional", Permission.DOCUMENT_DEPOSIT)
@require_http_methods(["GET", "HEAD", "POST"])
@with_record
def deposit(request: HttpRequest, opened: OpenRecord) -> HttpResponse:
    posted = request.method == "POST"
    form = DepositForm(request.POST, request.FILES) if posted else DepositForm()
    status = 200
    if posted and form.is_valid():
        source = form.cleaned_data["document"].read()
        try:
            receipt = record_actions.deposit_cda(request.actor, source, now=request.now, expected_space=opened.space_id)
        except Unavailable:
            raise
        except HygieError as error:
            access_actions.journal_refusal(error)
            form.add_error("document", fault_text(error))
            status = status_of(error)
        else:
            return _done(request, opened, receipt)
    elif posted:
        status = 422
    context = {"tab": "deposit", "form": form, "megabytes": settings.HYGIE_DOCUMENT_BYTES // (1024 * 1024)}
    return record_page(request, opened, "deposit.html", context, status=status)


def _done(request: HttpRequest, opened: OpenRecord, receipt: Receipt) -> HttpResponse:
    """To the document, when the depositor's profession also reads this type; else to the list."""
    text = gettext("Le document est déposé dans le dossier.")
    if not receipt.created:
        text = gettext("Ce document était déjà dans le dossier. Rien n’a changé.")
    messages.success(request, text)
    document_id = receipt.document_id
    if record_queries.list_titles(request.actor, opened.space_id, [document_id], now=request.now):
        return redirect("professional:document", key=opened.key, document_id=document_id)
    return redirect("professional:documents", key=opened.key)
