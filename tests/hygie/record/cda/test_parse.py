import time

import pytest

from hygie.lib.errors import Invalid, TooLarge
from hygie.record.cda.parse import MAX_DEPTH, MAX_SIZE, parse_cda
from tests.hygie.record.cda.documents import document, section, structured

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
PADDING = "<!--" + "x" * 9_100_000 + "-->"  # over the size where huge_tree lifts libxml2's own limits


def refusal(data: bytes) -> str:
    """The code of the Invalid that this document gives, at once."""
    started = time.perf_counter()
    with pytest.raises(Invalid) as caught:
        parse_cda(data)
    assert time.perf_counter() - started < 2
    assert caught.value.path
    return caught.value.code


def test_a_document_is_parsed_with_its_size() -> None:
    data = document()
    doc = parse_cda(data)
    assert doc.size == len(data)
    assert not doc.self_presenting
    assert doc.root.tag == "{urn:hl7-org:v3}ClinicalDocument"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"hello",
        b"{}",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>&nbsp;</a>",
    ],
)
def test_what_is_not_xml_is_refused(data: bytes) -> None:
    assert refusal(data) == "xml-not-wellformed"


def test_the_line_of_the_fault_is_given() -> None:
    with pytest.raises(Invalid) as caught:
        parse_cda(b"<a>\n\n</b>")
    assert caught.value.path == "line 3"


def test_xml_of_something_else_is_refused() -> None:
    assert refusal(b"<html/>") == "cda-root"
    assert refusal(b"<ClinicalDocument/>") == "cda-root", "the namespace counts"
    assert refusal(b'<Bundle xmlns="http://hl7.org/fhir"/>') == "cda-root"


@pytest.mark.parametrize(
    "data",
    [
        document("<x>&l9;</x>", prolog=BILLION),
        document('<x a="&l9;"/>', prolog=BILLION),
        document('<x a="&l9;"/>', prolog=PADDING + BILLION),
        document(f"<x>{'&a;' * 50_000}</x>", prolog=QUADRATIC),
        document(f'<x a="{"&a;" * 50_000}"/>', prolog=QUADRATIC),
        document(f'<x a="{"&a;" * 50_000}"/>', prolog=PADDING + QUADRATIC),
        document("<x>&e;</x>", prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        document("<x>&e;</x>", prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/e">]>'),
        document("", prolog='<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'),
        document("", prolog='<!DOCTYPE ClinicalDocument SYSTEM "http://127.0.0.1:9/cda.dtd">'),
        document("", prolog="<!DOCTYPE ClinicalDocument>"),
        document("", prolog='<?xml version="1.0"?><?a b?> <!-- <a> -->\n<!DOCTYPE ClinicalDocument>'),
        b"\xef\xbb\xbf" + document("", prolog="<!DOCTYPE ClinicalDocument>"),
        document("", prolog='<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE x [<!ENTITY e "e">]>'),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_any_doctype_is_refused_before_anything_is_expanded(data: bytes) -> None:
    assert refusal(data) == "xml-doctype"


def test_a_doctype_in_a_text_is_only_text() -> None:
    words = "<![CDATA[<!DOCTYPE html>]]> and &lt;!DOCTYPE"
    assert parse_cda(structured(section(words))).root is not None
    assert parse_cda(document("", prolog="<!-- <!DOCTYPE x> --><?note <!DOCTYPE x>?>")).root is not None


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 300, 2000, 100_000])
@pytest.mark.parametrize("padding", ["", PADDING], ids=["small", "large"])
def test_deep_nesting_is_refused(levels: int, padding: str) -> None:
    data = document("<content>" * levels + "</content>" * levels, prolog=padding)
    assert refusal(data) in ("xml-too-deep", "xml-not-wellformed")


def test_the_deepest_allowed_document_is_read() -> None:
    levels = MAX_DEPTH - 1
    assert parse_cda(document("<a>" * levels + "</a>" * levels)).root is not None


def test_a_document_over_the_limit_is_too_large() -> None:
    started = time.perf_counter()
    with pytest.raises(TooLarge):
        parse_cda(b" " * 50_000_000)
    with pytest.raises(TooLarge):
        parse_cda(document(), max_size=100)
    assert time.perf_counter() - started < 1


def test_a_large_body_is_read() -> None:
    body = f'<component><nonXMLBody><text representation="B64">{"A" * 12_000_000}</text></nonXMLBody></component>'
    data = document(body)
    assert len(data) < MAX_SIZE
    assert parse_cda(data).size == len(data)


@pytest.mark.parametrize("at", [0, 40, 3000])
def test_a_zero_byte_is_refused(at: int) -> None:
    data = document()
    assert refusal(data[:at] + b"\0" + data[at:]) in ("xml-not-wellformed", "xml-encoding")
    assert refusal(document("<x>&#0;</x>")) == "xml-not-wellformed"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
@pytest.mark.parametrize("declared", ["UTF-16", "UTF-8", "UTF-7", "IBM037", ""])
def test_other_encodings_are_refused_whatever_they_declare(encoding: str, declared: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = document("", prolog=prolog + "<!DOCTYPE x>").decode()
    assert refusal(text.encode(encoding)) in ("xml-encoding", "xml-not-wellformed", "xml-doctype")
    assert refusal(document("", prolog=prolog).decode().encode(encoding)) in ("xml-encoding", "xml-not-wellformed")


def test_a_wrong_declared_encoding_is_refused() -> None:
    latin = document("<x>é</x>").decode().encode("latin-1")
    assert refusal(latin) == "xml-not-wellformed"
    assert refusal(document("", prolog='<?xml version="1.0" encoding="UTF-16"?>')) == "xml-encoding"
    assert refusal(document("", prolog='<?xml version="1.0" encoding="UTF-7"?>')) == "xml-encoding"
    assert refusal(document("", prolog='<?xml version="1.0" encoding="no-such"?>')) == "xml-encoding"


def test_western_single_byte_encodings_are_read() -> None:
    prolog = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    doc = parse_cda(document("<x>é</x>", prolog=prolog).decode().encode("latin-1"))
    assert doc.root.findtext("{urn:hl7-org:v3}x") == "é"
    assert parse_cda(b"\xef\xbb\xbf" + document()).root is not None


def test_a_self_presenting_document_is_unwrapped_and_its_style_sheet_is_not_run() -> None:
    inner = document(prolog="").decode()
    wrapped = (
        '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#"?>'
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:template match="/"><xsl:value-of select="document(\'file:///etc/passwd\')"/></xsl:template>'
        f"{inner}</xsl:stylesheet>"
    )
    doc = parse_cda(wrapped.encode())
    assert doc.self_presenting
    assert doc.root.tag == "{urn:hl7-org:v3}ClinicalDocument"
    assert refusal(wrapped.replace(inner, inner + inner).encode()) == "cda-root"
    assert refusal(wrapped.replace(inner, "").encode()) == "cda-root"


def test_a_style_sheet_instruction_is_not_followed() -> None:
    doc = parse_cda(document("", prolog='<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>'))
    assert doc.root.getprevious() is None


def test_many_attributes_and_namespaces_take_no_long_time() -> None:
    attributes = " ".join(f'a{n}="x"' for n in range(100_000))
    namespaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(50_000))
    started = time.perf_counter()
    parse_cda(document(f"<x {attributes}/>"))
    parse_cda(document(f"<x {namespaces}/>"))
    assert time.perf_counter() - started < 3


def test_every_sample_is_parsed(shared_path) -> None:
    paths = sorted((shared_path / "samples").glob("cda-*/*.xml"))
    assert len(paths) == 70
    docs = {path.name: parse_cda(path.read_bytes()) for path in paths}
    assert {name for name, doc in docs.items() if doc.self_presenting} == {
        "BIO-CR-BIO_2021.01_Auto-Presentable.xml",
        "CANCER-PPS_2022.01_Autopresentable.xml",
    }
