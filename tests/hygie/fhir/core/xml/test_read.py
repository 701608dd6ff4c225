"""What FHIR XML may not hold is refused with its path; hostile content does nothing but that."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.xml import read, write
from hygie.lib.errors import HygieError, Invalid, TooLarge

_NS = 'xmlns="http://hl7.org/fhir"'
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def patient(inside: str, *, declared: str = "") -> bytes:
    return f"<Patient {_NS}{declared}>{inside}</Patient>".encode()


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read(data)
    return caught.value.code, caught.value.path


@pytest.mark.parametrize(
    ("inside", "code", "path"),
    [
        ('<nom value="x"/>', "xml-element", "Patient.nom"),
        ('<name><use value="a"/></name><name><given value="a"/><x/></name>', "xml-element", "Patient.name[1].x"),
        ('<active xmlns="http://example.org" value="true"/>', "xml-element", "Patient.active"),
        ('<active xmlns="" value="true"/>', "xml-element", "Patient.active"),
        ('<active valeur="true"/>', "xml-attribute", "Patient.active"),
        ('<active url="true"/>', "xml-attribute", "Patient.active"),
        ('<name url="x"/>', "xml-attribute", "Patient.name"),
        ('<name xml:id="x"/>', "xml-attribute", "Patient.name"),
        ("<active>true</active>", "xml-text", "Patient.active"),
        ('<active value="true"/>true', "xml-text", "Patient"),
        ("<name>text</name>", "xml-text", "Patient.name"),
        ("<name><![CDATA[text]]></name>", "xml-text", "Patient.name"),
        ('<active value="1"/>', "xml-value", "Patient.active"),
        ('<active value=" true"/>', "xml-value", "Patient.active"),
        ('<multipleBirthInteger value="1.0"/>', "xml-value", "Patient.multipleBirthInteger"),
        ('<multipleBirthInteger value="01"/>', "xml-value", "Patient.multipleBirthInteger"),
        (f'<multipleBirthInteger value="{"9" * 5000}"/>', "xml-value", "Patient.multipleBirthInteger"),
        ('<multipleBirthInteger value="١"/>', "xml-value", "Patient.multipleBirthInteger"),
        ('<active value="true"/><active value="true"/>', "xml-repeated", "Patient.active[1]"),
        ('<active id="a"/><active value="true"/>', "xml-repeated", "Patient.active[1]"),
        ('<maritalStatus/><maritalStatus id="a"/>', "xml-repeated", "Patient.maritalStatus[1]"),
        ("<active/>", "xml-empty", "Patient.active"),
        ("<name><given/></name>", "xml-empty", "Patient.name.given"),
        ("<contained/>", "xml-resource", "Patient.contained"),
        ("<contained><Patient/><Patient/></contained>", "xml-resource", "Patient.contained"),
        ('<contained id="x"><Patient/></contained>', "xml-attribute", "Patient.contained"),
        ('<contained><Patient id="x"/></contained>', "xml-attribute", "Patient.contained"),
        ("<contained>text<Patient/></contained>", "xml-text", "Patient.contained"),
        ("<contained><Malade/></contained>", "xml-root", "Patient.contained.Malade"),
        ("<contained><HumanName/></contained>", "xml-root", "Patient.contained.HumanName"),
        ("<contained><Patient><nom/></Patient></contained>", "xml-element", "Patient.contained.nom"),
        ('<text><status value="empty"/><div>x</div></text>', "xml-element", "Patient.text.div"),
        (f"<div {_XHTML}>x</div>", "xml-element", "Patient.div"),
        (f"<text><p {_XHTML}>x</p></text>", "xml-element", "Patient.text.p"),
    ],
)
def test_what_has_no_place_is_refused_with_its_path(inside: str, code: str, path: str) -> None:
    assert refusal(patient(inside)) == (code, path)


@pytest.mark.parametrize(
    "root",
    [b"<Patient/>", b'<Patient xmlns="http://example.org"/>', b'<Nobody xmlns="http://hl7.org/fhir"/>',
     b'<Resource xmlns="http://hl7.org/fhir"/>', b'<HumanName xmlns="http://hl7.org/fhir"/>'],
)  # fmt: skip
def test_the_root_is_a_resource_of_fhir(root: bytes) -> None:
    assert refusal(root)[0] == "xml-root"


def test_a_resource_has_no_attribute_but_the_hint_for_editors() -> None:
    xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir patient.xsd"'
    assert read(patient('<id value="1"/>', declared=xsi)) == {"resourceType": "Patient", "id": "1"}
    assert refusal(patient("", declared=' id="1"')) == ("xml-attribute", "Patient")


def test_comments_instructions_and_blanks_between_elements_are_nothing() -> None:
    data = b'<?xml version="1.0"?><?xml-stylesheet href="x"?><!-- a -->' + patient(
        ' \r\n\t<!-- b --><name>\n<!-- c --><given value="A"/><?go on?> </name>'
    )
    assert read(data) == {"resourceType": "Patient", "name": [{"given": ["A"]}]}
    assert read(b"\xef\xbb\xbf" + data) == read(data)


def test_any_prefix_will_do() -> None:
    data = b'<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>'
    assert read(data) == {"resourceType": "Patient", "active": True}


def narrative(text: str, *, declared: str = "") -> str:
    data = patient(f'<text><status value="additional"/>{text}</text>', declared=declared)
    return str(read(data)["text"]["div"])


@pytest.mark.parametrize(
    "div",
    [
        f"<div {_XHTML}><p class='a' >x<br /> &#160;&lt; é</p >\r\n<!-- <div> --><![CDATA[</div>]]><?x </div>?></div >",
        f"<div {_XHTML}><div><div/></div><div title=\"'>\" lang='\">'>x</div></div>",
        f"<div {_XHTML}/>",
        f"<div\n {_XHTML} id='d'>x</div>",
        f'<div {_XHTML}><s:svg xmlns:s="http://www.w3.org/2000/svg"/></div>',
    ],
)
def test_a_narrative_is_the_text_of_its_source(div: str) -> None:
    assert narrative(div) == div
    assert narrative(f"<!-- <div> -->{div}", declared=' xmlns:x="http://example.org"') == div


def test_each_narrative_is_its_own() -> None:
    inside = [f"<contained><Patient><text><div {_XHTML}>{n}<div/></div></text></Patient></contained>" for n in "abc"]
    found = read(patient("".join(inside)))["contained"]
    assert [each["text"]["div"] for each in found] == [f"<div {_XHTML}>{n}<div/></div>" for n in "abc"]


def test_a_narrative_that_leans_on_a_prefix_outside_is_made_whole() -> None:
    div = narrative("<h:div>a<h:b>c</h:b></h:div>", declared=' xmlns:h="http://www.w3.org/1999/xhtml" xmlns:x="u:x"')
    assert div == '<h:div xmlns:h="http://www.w3.org/1999/xhtml">a<h:b>c</h:b></h:div>'


_LAUGHS = b"<!DOCTYPE p [" + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
)
_HOSTILE: dict[str, tuple[bytes, str]] = {
    "billion laughs": (_LAUGHS + b"]>" + patient('<language value="&l9;"/>'), "xml-doctype"),
    "external entity": (b'<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + patient("&e;"), "xml-doctype"),
    "external subset": (b'<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd">' + patient(""), "xml-doctype"),
    "parameter entity": (b'<!DOCTYPE p [<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]>' + patient(""), "xml-doctype"),
    "doctype after a comment": (b"<!-- > --><?a ?>\n<!DOCTYPE p>" + patient(""), "xml-doctype"),
    "lower case doctype": (b"<!doctype p>" + patient(""), "xml-doctype"),
    "doctype inside": (patient("<!DOCTYPE p>"), "xml-not-wellformed"),
    "doctype in a narrative": (patient(f"<text><!DOCTYPE p><div {_XHTML}>x</div></text>"), "xml-not-wellformed"),
    "named entity": (patient(f"<text><div {_XHTML}>&nbsp;</div></text>"), "xml-not-wellformed"),
    "xinclude": (
        patient('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'),
        "xml-element",
    ),
    "utf-16": (patient("").decode().encode("utf-16"), "xml-encoding"),
    "utf-32": (patient("").decode().encode("utf-32-le"), "xml-encoding"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-' + patient(""), "xml-encoding"),
    "latin 1": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + patient(""), "xml-encoding"),
    "wrong utf-8": (patient("<!-- -->") + b"\xff", "xml-not-wellformed"),
    "NUL": (patient('<language value="\0"/>'), "xml-encoding"),
    "NUL written": (patient('<language value="&#0;"/>'), "xml-not-wellformed"),
    "control character": (patient('<language value="&#1;"/>'), "xml-not-wellformed"),
    "nothing": (b"", "xml-not-wellformed"),
    "json": (b'{"resourceType":"Patient"}', "xml-not-wellformed"),
    "cut": (patient("<name>")[:-10], "xml-not-wellformed"),
    "two roots": (patient("") * 2, "xml-not-wellformed"),
    "same attribute twice": (patient('<language value="a" value="b"/>'), "xml-not-wellformed"),
    "unknown prefix": (patient('<x:active value="true"/>'), "xml-not-wellformed"),
    "too deep": (patient("<extension>" * 40 + "</extension>" * 40), "xml-too-deep"),
    "far too deep": (patient("<extension>" * 100_000 + "</extension>" * 100_000), "xml-not-wellformed"),
    "deep, and large": (
        patient(f"<!--{'x' * 9_000_000}-->" + "<extension>" * 1000 + "</extension>" * 1000), "xml-too-deep"
    ),
    "contained without end": (
        patient("<contained><Patient>" * 60 + "</Patient></contained>" * 60), "xml-too-deep"
    ),
    "many attributes": (patient("<name " + " ".join(f'a{n}=""' for n in range(50_000)) + "/>"), "xml-attribute"),
    "many namespaces": (patient("<nom " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(5_000)) + "/>"), "xml-element"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_HOSTILE))
def test_hostile_content_is_refused_in_little_time(name: str) -> None:
    data, code = _HOSTILE[name]
    before = time.perf_counter()
    found, path = refusal(data)
    assert found == code
    assert "passwd" not in path
    assert time.perf_counter() - before < 2


def test_content_over_the_limit_is_not_parsed() -> None:
    with pytest.raises(TooLarge):
        read(patient("") + b" " * 100, max_size=100)


def test_a_large_attachment_is_read() -> None:
    data = patient(f'<photo><data value="{"QUJD" * 3_000_000}"/></photo>')
    assert len(read(data)["photo"][0]["data"]) == 12_000_000


def test_many_narratives_and_unclosed_quotes_take_linear_time() -> None:
    inside = f"<contained><Patient><text><div {_XHTML}>{'<div/>' * 50}\"' <![CDATA[<div ]]></div></text></Patient></contained>"
    before = time.perf_counter()
    assert len(read(patient(inside * 5_000))["contained"]) == 5_000
    assert time.perf_counter() - before < 5


_SEED = write(
    {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": f"<div {_XHTML}><p>a<br/></p></div>"},
        "contained": [{"resourceType": "Organization", "name": "O"}],
        "name": [{"given": ["A", "B"], "_given": [None, {"id": "x"}]}],
        "active": True,
    }
)
_PIECES = [
    b"<",
    b">",
    b"/",
    b'"',
    b"&",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?",
    b"div",
    b"value=",
    b" ",
    b"\0",
    b"\xff",
    b"<div/>",
]


@given(st.data())
def test_broken_bytes_give_a_resource_or_a_refusal(data: st.DataObject) -> None:
    broken = bytearray(_SEED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken)))
        upto = at + data.draw(st.integers(0, 12))
        broken[at:upto] = data.draw(st.sampled_from(_PIECES) | st.binary(max_size=3))
    found, code = _read_or_code(bytes(broken))
    assert code.startswith("xml-") if found is None else read(write(found)) == found


def _read_or_code(data: bytes) -> tuple[dict[str, Any] | None, str]:
    try:
        return read(data), ""
    except HygieError as refused:
        return None, refused.code
