"""A receipt on paper: what was asked, by whom, when, and the number under which it is found again. One A4 page or more."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_MARGIN = 56
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=15, alignment=TA_LEFT)
_LABEL = ParagraphStyle("label", parent=_BODY, textColor=colors.HexColor("#44505c"))
_TITLE = ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=20, leading=26, spaceAfter=6)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`rows` are (label, value) in the reader's words; `notes` are what follows from it: rights, dates, what is kept."""

    title: str
    reference: str
    at: dt.datetime
    rows: Sequence[tuple[str, str]]
    notes: Sequence[str] = ()


def pdf(receipt: Receipt, *, language: str = "fr") -> bytes:
    """The same bytes for the same receipt."""
    target = BytesIO()
    with translation.override(language):
        day = date_format(localtime(receipt.at), "j F Y, H:i")
        head = [
            Paragraph(_safe(receipt.title), _TITLE),
            Paragraph(_safe(gettext("Fait le %(day)s") % {"day": day}), _BODY),
            Paragraph(_safe(gettext("Référence : %(reference)s") % {"reference": receipt.reference}), _BODY),
            Spacer(1, 14),
        ]
        foot = _Foot(gettext("Page %(number)d"), language)
    notes = [Paragraph(_safe(note), _BODY, bulletText="•") for note in receipt.notes]
    document = SimpleDocTemplate(
        target, pagesize=A4, title=receipt.title, author="Hygie", lang=language, invariant=1,
        leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN + 12, bottomMargin=_MARGIN,
    )  # fmt: skip
    document.build([*head, _table(receipt.rows), Spacer(1, 14), *notes], onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def answer(receipt: Receipt, filename: str, *, language: str = "fr") -> HttpResponse:
    """The receipt as a download; the file's name tells nothing about the person."""
    response = HttpResponse(pdf(receipt, language=language), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _table(rows: Sequence[tuple[str, str]]) -> Table:
    cells = [[Paragraph(_safe(label), _LABEL), Paragraph(_safe(value), _BODY)] for label, value in rows] or [["", ""]]
    table = Table(cells, colWidths=(170, A4[0] - 2 * _MARGIN - 170), repeatRows=0)
    rule = colors.HexColor("#c9d1d9")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, rule)]))
    return table


def _safe(text: str) -> str:
    """Paragraph reads tags: what people typed is text."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True)
class _Foot:
    page: str
    language: str

    def __call__(self, canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawRightString(A4[0] - _MARGIN, 30, self.page % {"number": document.page})
        canvas.drawString(_MARGIN, 30, "Hygie")
        if settings.HYGIE_DEMO:
            canvas.setFont("Helvetica-Bold", 9)
            canvas.drawString(_MARGIN, A4[1] - 40, "DONNÉES FICTIVES")
