"""Documents as paper: small PDF files, the same bytes for the same words (reportlab's invariant mode)."""

from io import BytesIO
from textwrap import wrap

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

NOTICE = "DONNÉES FICTIVES - document de démonstration, sans valeur médicale"
_LEFT, _TOP, _BOTTOM, _LINE, _COLUMNS = 56, 770, 70, 15, 88


def print_pdf(title: str, head: tuple[str, ...], paragraphs: tuple[str, ...], sign: str) -> bytes:
    """A letter: who writes, about whom, the text, the signature; the notice above and below each page."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1, lang="fr-FR")
    canvas.setTitle(title)
    canvas.setAuthor("Hygie")
    lines = [("Helvetica", 10, line) for line in head]
    lines += [("Helvetica", 10, ""), ("Helvetica-Bold", 14, title), ("Helvetica", 10, "")]
    for words in paragraphs:
        lines += [("Helvetica", 10, line) for line in wrap(words, _COLUMNS) or [""]]
        lines.append(("Helvetica", 10, ""))
    lines.append(("Helvetica-Oblique", 10, sign))
    height = _start(canvas)
    for font, size, line in lines:
        if height < _BOTTOM:
            canvas.showPage()
            height = _start(canvas)
        canvas.setFont(font, size)
        canvas.drawString(_LEFT, height, line)
        height -= _LINE
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _start(canvas: Canvas) -> int:
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(_LEFT, _TOP + 34, NOTICE)
    canvas.drawString(_LEFT, _BOTTOM - 34, NOTICE)
    return _TOP
