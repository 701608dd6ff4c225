"""R-14b, T-08, T-18: bodies made to exhaust or to fetch are refused quickly, in little memory, at every door that reads one."""

import io
import itertools
import json
import resource
import socket
import threading
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

pytestmark = pytest.mark.django_db
SECONDS, MEGABYTES = 2.0, 64
FIFTY = 50 * 1024 * 1024
_XML = b'<?xml version="1.0"?>'


@pytest.fixture
def sentinel():
    """A listener on this machine: whoever follows an address of a document knocks here."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    knocks: list[Any] = []

    def listen() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            knocks.append(connection.recv(64))
            connection.close()

    done = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", knocks
    done.set()
    thread.join()
    server.close()


def _cda(inside: str = "", prefix: str = "") -> bytes:
    """A whole document of Léa with a prologue and a narrative of the test's own."""
    from tests import factories

    source = factories.cda(text=inside or "texte")
    head, _, body = source.partition(b"?>")
    return head + b"?>" + prefix.encode() + body


def _xml_bodies(address: str) -> dict[str, bytes]:
    lols = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    external = f'<!ENTITY x SYSTEM "{address}/x">'
    xinclude = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/i" parse="text"/>'
    return {
        "billion laughs": _cda("&a9;", f'<!DOCTYPE x [<!ENTITY a0 "ha">{lols}]>'),
        "quadratic": _cda("&b;" * 20_000, f'<!DOCTYPE x [<!ENTITY b "{"b" * 20_000}">]>'),
        "external entity": _cda("&x;", f"<!DOCTYPE x [{external}]>"),
        "local file": _cda("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "parameter entity": _cda("", f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}/p"> %p;]>'),
        "external subset": _cda("", f'<!DOCTYPE ClinicalDocument SYSTEM "{address}/dtd">'),
        "100,000 deep": _cda("<content>" * 100_000 + "</content>" * 100_000),
        "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-ClinicalDocument/+AD4-',
        "UTF-16 bomb": _cda("&a9;", f'<!DOCTYPE x [<!ENTITY a0 "ha">{lols}]>').decode().encode("utf-16"),
        "a NUL": _cda("a\x00b"),
        "a lone surrogate": _cda("&#xD800;"),
        "not XML": b"\x1f\x8b\x08\x00" + b"\x00" * 1000,
        "nothing": b"",
        "XInclude in place of the patient": _XML + xinclude.encode(),
    }


def _harmless(address: str) -> dict[str, bytes]:
    """Not refused, since a reader that follows nothing is not concerned: nothing may be asked for."""
    sheet = f'<?xml-stylesheet type="text/xsl" href="{address}/x.xsl"?>'
    schema = f'<content xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {address}/x.xsd"/>'
    xinclude = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/i" parse="text"/>'
    attributes = [f'a{n}="1"' for n in range(100_000)]
    media = f'<renderMultiMedia referencedObject="m"/><linkHtml href="{address}/l">l</linkHtml>'
    return {
        "stylesheet": _cda("", sheet),
        "schema": _cda(schema),
        "XInclude": _cda(xinclude),
        "link": _cda(media),
        "100,000 attributes": _cda(f"<content {' '.join(attributes)}/>"),
    }


def _json_bodies(world: Any) -> dict[str, bytes]:
    from tests.hygie.api import pdsm

    whole = json.dumps(pdsm.bundle(world))
    return {
        "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
        "100,000 deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "deep inside a Bundle": whole.replace('"type": "transaction"', f'"x": {"[" * 9999}{"]" * 9999}').encode(),
        "duplicate names": whole.replace('"type": "transaction"', '"type": "batch", "type": "transaction"').encode(),
        "duplicate subject": whole.replace('"subject":', '"subject": {"reference": "Patient/x"}, "subject":').encode(),
        "a lone surrogate": whole.replace("Compte rendu", "\\ud800 rendu").encode(),
        "raw surrogate bytes": whole.encode().replace(b"Compte rendu", b"\xed\xa0\x80 rendu"),
        "a NUL": whole.replace("Compte rendu", "\\u0000 rendu").encode(),
        "10 MB number": b'{"resourceType": "Bundle", "total": ' + b"9" * 10_000_000 + b"}",
        "huge exponent": b'{"resourceType": "Bundle", "total": 1e999999999}',
        "NaN": b'{"resourceType": "Bundle", "total": NaN}',
        "UTF-16": whole.encode("utf-16"),
        "a BOM and rubbish": b"\xef\xbb\xbf}{",
        "a number": b"1",
        "nothing": b"",
        "million entries": b'{"resourceType":"Bundle","type":"transaction","entry":[' + b"{}," * 999_999 + b"{}]}",
    }


class Bounded:
    """The time of a request, and how far it raised the memory of the process."""

    def __enter__(self) -> "Bounded":
        self._memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._started = time.thread_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.thread_time() - self._started
        self.megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self._memory) / 1024


def _refused(ask: Any, what: str, *, allow: tuple[int, ...] = ()) -> Any:
    with Bounded() as cost:
        answer = ask()
    assert 400 <= answer.status_code < 500 or answer.status_code in allow, (what, answer.status_code)
    assert cost.seconds <= SECONDS, (what, cost.seconds)
    assert cost.megabytes <= MEGABYTES, (what, cost.megabytes)
    return answer


@pytest.fixture
def software(town):
    from tests.security import town as building

    return building.machine(town, "software", town.world.doctor).software


def _count() -> int:
    from hygie.record.models import Document

    return Document.objects.count()


def test_the_measure_sees_memory_and_time():
    with Bounded() as cost:
        held = bytearray(400 * 1024 * 1024)
        held[::4096] = b"x" * len(held[::4096])
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
    assert cost.seconds >= 0.1
    assert cost.megabytes > MEGABYTES or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 500 * 1024


def test_the_sentinel_hears_who_knocks(sentinel):
    address, knocks = sentinel
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(b"GET /")
    time.sleep(0.3)
    assert knocks


def test_hostile_xml_is_refused_at_the_deposit_and_on_the_page(town, software, sentinel):
    from tests.security import town as building

    address, knocks = sentinel
    visitor, before = building.visitors(town)["doctor"](), _count()
    for what, body in _xml_bodies(address).items():
        answer = _refused(lambda body=body: software.deposit(body), what)
        assert answer.json()["resourceType"] == "OperationOutcome"
        file = SimpleUploadedFile("x.xml", body, "text/xml")
        page = f"/pro/dossier/{visitor.key}/deposer/"
        answer = _refused(lambda file=file, page=page: visitor.client.post(page, {"document": file}), what)
        assert b"root:" not in answer.content
    assert _count() == before
    assert knocks == []


def test_what_points_elsewhere_is_never_followed(town, software, sentinel):
    address, knocks = sentinel
    for what, body in _harmless(address).items():
        _refused(lambda body=body: software.deposit(body), what, allow=(200, 201))
        for document in software.get(f"/fhir/DocumentReference?patient={town.lea.space_id}").json()["entry"][:1]:
            software.get(f"/fhir/Binary/{document['resource']['id']}")
    time.sleep(0.3)
    assert knocks == []


def test_hostile_json_is_refused(town, software):
    before = _count()
    for what, body in _json_bodies(town.world).items():
        answer = _refused(lambda body=body: software.post("/fhir", body), what)
        assert answer.json()["resourceType"] == "OperationOutcome", what
        _refused(lambda body=body: software.post("/fhir/DocumentReference", body), what)
    assert _count() == before


class Endless(io.RawIOBase):
    """A body that never ends, and counts what is read of it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "the whole of an endless body is asked for"
        self.taken += size
        return b" " * size


ADDRESSES = (
    ("/dmp/documents", "application/xml"),
    ("/fhir", "application/fhir+json"),
    ("/fhir/DocumentReference", "application/fhir+json"),
    ("/fhir/DocumentReference/_search", "application/x-www-form-urlencoded"),
    ("/oauth/token", "application/x-www-form-urlencoded"),
    ("/connexion/", "application/x-www-form-urlencoded"),
    ("/dossier/documents/ajouter/", "multipart/form-data; boundary=x"),
)


def test_fifty_megabytes_are_not_read(town, software):
    from tests.security import town as building

    citizen = building.citizen(town, town.lea).client
    for address, content_type in ADDRESSES:
        client = citizen if address.startswith("/dossier") else software.client
        for how in ("declared", "chunked", "lie"):
            _send_endless(client, software.token, address, content_type, how)


def _send_endless(client: Client, token: str, address: str, content_type: str, how: str) -> None:
    body = Endless()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": address, "CONTENT_TYPE": content_type, "wsgi.input": body}
    environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    if how == "chunked":
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    else:
        environ["CONTENT_LENGTH"] = str(FIFTY) if how == "declared" else "1e9"
    answer = _refused(lambda: client.request(**environ), f"{address} {how}")
    assert answer.status_code in (400, 401, 403, 413, 415, 422)
    assert body.taken < FIFTY


def test_a_compressed_body_is_refused_unopened(software):
    body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x00" * 1000
    for address, content_type in ADDRESSES[:5]:
        for encoding in ("gzip", "deflate", "br", "GZIP", "identity, gzip"):
            headers = {"Content-Encoding": encoding}
            with Bounded() as cost:
                answer = software.call("POST", address, body, content_type, **headers)
            assert answer.status_code == 415, (address, encoding)
            assert cost.seconds <= SECONDS and cost.megabytes <= MEGABYTES


WRONG_TYPES = ("text/plain", "text/html", "application/octet-stream", "multipart/form-data", "", "image/svg+xml", "x")


def test_a_wrong_content_type_is_refused(software):
    addresses = ("/dmp/documents", "/fhir", "/fhir/DocumentReference", "/oauth/token")
    for address, content_type in itertools.product(addresses, WRONG_TYPES):
        answer = software.call("POST", address, b"{}", content_type)
        assert answer.status_code == (400 if address == "/oauth/token" else 415), (address, content_type)


def _multipart(fields: int, files: int = 0) -> bytes:
    parts = [f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nv\r\n' for n in range(fields)]
    parts += [f'--x\r\nContent-Disposition: form-data; name="f{n}"; filename="a"\r\n\r\nv\r\n' for n in range(files)]
    return ("".join(parts) + "--x--\r\n").encode()


@pytest.mark.parametrize("page", ["/dossier/documents/ajouter/", "/connexion/", "/acces/qui-peut/opposition/"])
def test_ten_thousand_fields_and_broken_forms_are_refused(town, page):
    from tests.security import town as building

    building.citizen(town, town.lea)
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    from tests import factories

    factories.enter(client, _user().pk)
    kind = "multipart/form-data; boundary=x"
    coded = b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--'
    bodies = {
        "fields": (_multipart(10_000), kind),
        "files": (_multipart(0, 10_000), kind),
        "headers": (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n' + b"X: y\r\n" * 20_000 + b"\r\nv\r\n--x--",
            kind,
        ),
        "no boundary": (_multipart(2), "multipart/form-data"),
        "long boundary": (b"x" * 1000, "multipart/form-data; boundary=" + "y" * 5000),
        "cut": (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF', kind),
        "base64": (coded, kind),
        "url fields": (b"&".join(b"a%d=1" % n for n in range(10_000)), "application/x-www-form-urlencoded"),
        "charset": (b"a=1", "application/x-www-form-urlencoded; charset=utf-7"),
        "unknown charset": (b"a=1", "application/x-www-form-urlencoded; charset=nothing"),
    }
    for what, (body, content_type) in bodies.items():
        answer = _refused(
            lambda body=body, kind=content_type: client.generic("POST", page, body, content_type=kind),
            what,
            allow=(200,),
        )
        assert answer.status_code != 200 or page.startswith("/acces"), what


def _user() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username="citoyen.lea")
