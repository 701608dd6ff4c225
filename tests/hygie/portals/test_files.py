"""How a stored file leaves: its name, its kind, its policy."""

import pytest

from hygie.portals.files import send_file
from hygie.record.types import StoredFile


def test_a_pdf_may_be_shown_in_the_browser():
    response = send_file(StoredFile(b"%PDF-1.4", "application/pdf", "analyse.pdf"), inline=True)
    assert response["Content-Disposition"] == 'inline; filename="analyse.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response.content == b"%PDF-1.4"


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xml", "text/plain"])
def test_what_could_run_or_be_sniffed_is_saved_as_bytes(media_type):
    response = send_file(StoredFile(b"<script>", media_type, "x.html"), inline=True)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_download_is_an_attachment_even_for_a_picture():
    response = send_file(StoredFile(b"\x89PNG", "image/png", "photo.png"), inline=False)
    assert response["Content-Disposition"] == 'attachment; filename="photo.png"'
    assert response["Content-Type"] == "image/png"


def test_a_french_name_has_an_ascii_form_and_a_utf8_form():
    header = send_file(StoredFile(b"", "application/pdf", "Résumé d’œil.pdf"), inline=False)["Content-Disposition"]
    assert (
        header
        == "attachment; filename=\"Resume doeil.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9%20d%E2%80%99%C5%93il.pdf"
    )


@pytest.mark.parametrize("name", ['a"b\r\nSet-Cookie: x.pdf', "../../etc/passwd", "", "\u202e"])
def test_a_hostile_name_cannot_leave_its_quotes(name):
    header = send_file(StoredFile(b"", "application/pdf", name), inline=False)["Content-Disposition"]
    assert header.count('"') == 2
    assert not any(c in header for c in "\r\n/")


def test_the_answer_is_never_kept_by_a_cache():
    assert send_file(StoredFile(b"", "application/pdf", "a.pdf"), inline=True)["Cache-Control"] == "no-store"
