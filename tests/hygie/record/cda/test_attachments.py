import base64
import csv
import time

import pytest

from hygie.record.cda.attachments import OCTETS, list_attachments, media_indexes, sniff_media_type
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.types import Attachment
from tests.hygie.record.cda.documents import document, media, section, structured

PNG = b"\x89PNG\r\n\x1a\n rest"
JPEG = b"\xff\xd8\xff\xe0 rest"
PDF = b"%PDF-1.7 rest"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def level_one(text: str) -> tuple[Attachment, ...]:
    return list_attachments(parse_cda(document(f"<component><nonXMLBody>{text}</nonXMLBody></component>")))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\n %PDF-1.4", "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"II*\x00....", "image/tiff"),
        (b"MM\x00*....", "image/tiff"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        ("Compte rendu d'été\nligne\tdeux\f".encode(), "text/plain"),
        (b"\xef\xbb\xbfbonjour", "text/plain"),
        (b"5 < 6 et 7 > 2", "text/plain"),
        (b"< 5 mg/L", "text/plain"),
        (b"<html><script>alert(1)</script>", OCTETS),
        (b"  \n<!DOCTYPE html>", OCTETS),
        (b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>", OCTETS),
        (b"<?xml version='1.0'?><a/>", OCTETS),
        (b"<?php echo 1 ?>", OCTETS),
        (b"MZ\x90\x00\x03", OCTETS),
        (b"PK\x03\x04", OCTETS),
        (b"\xff\xfe<\x00h\x00", OCTETS),
        (b"text\x00text", OCTETS),
        (b"caf\xe9", OCTETS),
        (b"", OCTETS),
        (b"   ", OCTETS),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, media_type: str) -> None:
    assert sniff_media_type(data) == media_type


def test_files_of_entries_are_listed_in_order_with_the_title_of_their_section() -> None:
    doc = parse_cda(
        structured(
            section("x", title="Courbe :", after=media("A", b64(PNG), "image/jpeg") + media("B", b64(JPEG))),
            section("y", title="", code="55108-5", after=media("C", b64(PDF))),
        )
    )
    assert list_attachments(doc) == (
        Attachment(0, "image/png", "Courbe", PNG),
        Attachment(1, "image/jpeg", "Courbe (2)", JPEG),
        Attachment(2, "application/pdf", "Copie du document", PDF),
    )
    assert media_indexes(doc) == {"A": 0, "B": 1, "C": 2}


def test_what_is_not_a_file_is_left_out_and_the_others_keep_their_index() -> None:
    doc = parse_cda(structured(section("x", after=media("A", "") + media("B", "é*") + media("C", b64(PDF)))))
    assert [(found.index, found.data) for found in list_attachments(doc)] == [(2, PDF)]
    assert media_indexes(doc)["C"] == 2


def test_base64_may_be_broken_in_lines() -> None:
    lines = "\n      ".join(b64(PDF * 20)[at : at + 76] for at in range(0, len(b64(PDF * 20)), 76))
    doc = parse_cda(structured(section("x", after=media("A", f"\n   {lines}\n  "))))
    assert list_attachments(doc)[0].data == PDF * 20


def test_a_region_of_interest_leads_to_its_image() -> None:
    image = media("I", b64(PNG)).removeprefix("<entry>").removesuffix("</entry>")
    region = (
        f'<entry><regionOfInterest ID="R"><entryRelationship>{image}</entryRelationship></regionOfInterest></entry>'
    )
    doc = parse_cda(structured(section("x", after=region)))
    assert media_indexes(doc) == {"I": 0, "R": 0}


def test_the_body_of_an_unstructured_document_is_its_attachment() -> None:
    pdf = f'<text mediaType="text/html" representation="B64">{b64(PDF)}</text>'
    assert level_one(pdf) == (Attachment(0, "application/pdf", "Volet de synthèse", PDF),)
    assert level_one('<text mediaType="text/plain">Bonjour</text>')[0].data == b"Bonjour"
    assert level_one("<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>")[0].media_type == OCTETS
    assert level_one('<text representation="B64">@@</text>') == ()
    assert level_one('<text><reference value="annexe.pdf"/></text>') == ()
    assert level_one("<text/>") == ()


def test_a_document_without_file_has_none() -> None:
    assert list_attachments(parse_cda(structured(section("x")))) == ()
    assert list_attachments(parse_cda(document())) == ()


def test_every_file_of_the_samples_is_found(shared_path) -> None:
    samples = shared_path / "samples"
    with (samples / "cda-index.csv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index))
    for row in rows:
        found = list_attachments(parse_cda((samples / row["file"]).read_bytes()))
        expected = 1 if row["body"].startswith("nonXML") else int(row["embedded_media"]) // 2
        assert len(found) == expected, row["file"]
        assert all(one.media_type in ("application/pdf", "image/png", "image/jpeg") for one in found), row["file"]
        assert all(one.title and not one.title.startswith("doc-") for one in found), row["file"]


def test_a_long_body_is_decoded_quickly() -> None:
    doc = parse_cda(
        document(
            f'<component><nonXMLBody><text representation="B64">{b64(PDF * 700_000)}</text></nonXMLBody></component>'
        )
    )
    started = time.perf_counter()
    assert len(list_attachments(doc)[0].data) == len(PDF) * 700_000
    assert time.perf_counter() - started < 1
