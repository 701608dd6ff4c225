"""R-13, T-12, T-13: what a document or a person writes is shown as words, never as a page."""

import base64
import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.security.payloads import FILES, NARRATIVES, TEXTS, faults_of, in_xml

_EVERY = [*(("text", text) for text in TEXTS), *(("narrative", text) for text in NARRATIVES)]


def hostile(kind: str, payload: str, number: int) -> bytes:
    """A document of Léa that holds the payload wherever a document has words, or as the XML of its narrative."""
    from tests import factories

    word = in_xml(payload)
    file = base64.b64encode(FILES["svg"]).decode()
    sections = (
        f'<component><section><code code="55108-5" codeSystem="2.16.840.1.113883.6.1" displayName="{word}"/>'
        f"<title>{word}</title><text><table><caption>{word}</caption><tbody><tr><td>{word}</td></tr></tbody></table>"
        f'<renderMultiMedia referencedObject="M1"><caption>{word}</caption></renderMultiMedia></text>'
        f'<entry><observationMedia classCode="OBS" moodCode="EVN" ID="M1"><value mediaType="image/svg+xml" '
        f'representation="B64">{file}</value></observationMedia></entry></section></component>'
    )
    allergy = factories.ALLERGY_SECTION.replace("Pénicilline", word) if kind == "text" else ""
    source = factories.cda(
        unique_id=f"1.2.250.1.999.13.{number}",
        title=word if kind == "text" else "Titre",
        effective=f"20260{1 + number % 9}02093000+0100",
        text=word if kind == "text" else payload,
        sections=(sections if kind == "text" else "") + allergy,
    ).decode()
    if kind == "text":
        source = source.replace("<family>MARTIN</family>", f"<family>{word}</family>")
        source = source.replace("<suffix>DR</suffix>", f"<suffix>{word}</suffix>")
        source = source.replace("<name>Cabinet fictif</name>", f"<name>{word}</name>")
    return source.encode()


def _deposit_all(town: Any) -> dict[str, str]:
    """payload → document id; what the door refuses is not stored, hence not shown."""
    from hygie.lib.errors import HygieError
    from hygie.record import actions as record

    stored = {}
    for number, (kind, payload) in enumerate(_EVERY):
        try:
            receipt = record.deposit_cda(town.depositor, hostile(kind, payload, number), now=town.world.now)
        except HygieError:
            continue
        stored[payload] = receipt.document_id
    return stored


def _read(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code in (200, 422), (address, answer.status_code)
    return str(answer.content.decode())


def test_there_are_many_payloads_and_most_are_stored(town):
    assert len(set(_EVERY)) >= 120
    assert len(_deposit_all(town)) >= 115


def test_no_document_becomes_a_page(town):
    from tests.security import town as building

    stored = _deposit_all(town)
    readers = [building.citizen(town, town.lea), building.professional(town, "doctor", town.world.doctor)]
    places = ["/dossier/documents/{}/", f"/pro/dossier/{readers[1].key}/documents/{{}}/"]
    found, shown = {}, 0
    for payload, document_id in stored.items():
        for reader, place in zip(readers, places, strict=True):
            page = _read(reader.client, place.format(document_id))
            shown += "alert(1)" in page
            if faults := faults_of(page):
                found[payload, reader.name] = faults
    assert found == {}
    assert shown > 80  # the words are there, as words


def _lists(reader: Any) -> list[str]:
    if reader.key:
        record = f"/pro/dossier/{reader.key}/"
        return [record, f"{record}documents/", f"{record}deposer/", "/pro/", "/pro/patient/"]
    return ["/accueil/", "/dossier/documents/", "/acces/", "/acces/qui-peut/", "/acces/qui-a-vu/?qui=tout"]


def test_no_list_becomes_a_page(town):
    """Titles, authors, structures, allergies and names of the register, wherever they are listed."""
    from tests import factories
    from tests.security import town as building

    _deposit_all(town)
    for number, text in enumerate(TEXTS[:20]):
        place = factories.organization(100 + number, name=text[:80], city=text[:40])
        who = factories.professional(100 + number, at=(place,), family=text[:80])
        building.access.enroll(town.lea.space_id, professional_id=who.professional_id, since=town.world.now)
    doctor = building.professional(town, "doctor", town.world.doctor)
    citizen = building.citizen(town, town.lea)
    for reader in (doctor, citizen):
        for address in _lists(reader):
            page = _read(reader.client, address)
            assert faults_of(page) == [], address
            for _ in range(5):  # the following pages of a list
                following = page.partition('<nav class="hy-more"')[2].partition('href="')[2].partition('"')[0]
                if not following:
                    break
                page = _read(reader.client, address.partition("?")[0] + following.replace("&amp;", "&"))
                assert faults_of(page) == [], following


def test_no_word_of_an_address_becomes_a_page(town):
    from tests.security import town as building

    doctor = building.professional(town, "doctor", town.world.doctor)
    citizen = building.citizen(town, town.lea)
    found = {}
    for text in TEXTS[::2]:
        query = urlencode({"q": text, "auteur": text, "classe": text, "type": text, "du": text, "suite": text})
        more = urlencode({"suite": text, "entree": text, "fin": text, "fait": text, "qui": text, "periode": text})
        for reader, addresses in (
            (citizen, ("/dossier/documents/", "/acces/qui-peut/bloquer/", "/acces/qui-a-vu/", "/affichage/")),
            (doctor, (f"/pro/dossier/{doctor.key}/documents/", "/pro/patient/")),
        ):
            for address in addresses:
                answer = reader.client.get(f"{address}?{more if address in ('/affichage/',) else query}&{more}")
                assert answer.status_code < 500
                if faults := faults_of(answer.content.decode()):
                    found[text, address] = faults
        answer = reader.client.get(f"/{urlencode({'x': text})}/")
        if faults := faults_of(answer.content.decode()):
            found[text, "404"] = faults
    assert found == {}


def test_what_a_person_types_is_words_and_a_spreadsheet_runs_nothing(town):
    from hygie.lib.errors import HygieError
    from hygie.record import actions as record
    from tests.security import town as building

    citizen = building.citizen(town, town.lea)
    for text in TEXTS:
        try:
            document_id = record.add_own_document(
                town.lea.actor,
                town.lea.space_id,
                title=text,
                type_code="DOCPAT02",
                dated_on=dt.date(2026, 1, 2),
                content=text.encode(),
                now=town.world.now,
            )
        except HygieError:
            continue
        for address in (f"/dossier/documents/{document_id}/", f"/dossier/documents/{document_id}/masquer/"):
            assert faults_of(_read(citizen.client, address)) == [], text
        _check_file(citizen.client.get(f"/dossier/documents/{document_id}/fichier/?voir=1"))
    cells = _read(citizen.client, "/acces/qui-a-vu/export.csv?qui=tout")
    assert cells.count("\n") > 60
    assert not [cell for cell in cells.split(";") if cell.strip().lstrip('"')[:1] in "=+-@" and cell.strip(' "\r\n')]


def test_a_form_that_is_shown_again_holds_words(town):
    from tests.security import town as building

    citizen = building.citizen(town, town.lea)
    for text in TEXTS:
        form = {"username": text, "password": text, "suite": text, "title": text, "kind": text, "dated_on": text}
        for address in ("/connexion/", "/dossier/documents/ajouter/", "/affichage/", "/acces/qui-peut/opposition/"):
            answer = citizen.client.post(address, {**form, "quoi": "categorie", "categorie": text, "theme": text})
            assert answer.status_code < 500
            assert faults_of(answer.content.decode()) == [], (text, address)


def _check_file(answer: Any) -> None:
    """A file is never sniffed, never framed by others, and only PDF, PNG and JPEG are shown in place."""
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    kind = answer["Content-Type"]
    assert kind in ("application/pdf", "image/png", "image/jpeg", "application/octet-stream"), kind
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    if kind != "application/pdf":
        assert "sandbox" in policy
    if kind == "application/octet-stream":
        assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_in_disguise_never_runs(town):
    from tests.security import town as building

    citizen = building.citizen(town, town.lea)
    names = ("ordonnance.pdf", "x.html", "x.svg", "x.txt", "../../x.png", 'x";y="z.html', "x\r\nSet-Cookie: a=b.pdf")
    kept = 0
    for what, content in FILES.items():
        for name in names[:3] if kept > 8 else names:
            file = SimpleUploadedFile(name, content, "text/html")
            form = {"file": file, "kind": "DOCPAT02", "dated_on": "2026-01-01", "title": f"{what} {name}"}
            answer = citizen.client.post("/dossier/documents/ajouter/", form)
            assert answer.status_code in (302, 422), (what, name, answer.status_code)
            if answer.status_code == 302:
                kept += 1
                for query in ("", "?voir=1"):
                    shown = citizen.client.get(f"{answer['Location']}fichier/{query}")
                    _check_file(shown)
                    assert "Set-Cookie" not in shown.headers and "\n" not in shown["Content-Disposition"]
    assert kept


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "x/y<z"])
def test_a_file_inside_a_document_is_given_by_its_bytes_not_by_its_label(town, media_type):
    from hygie.record import actions as record
    from tests.security import town as building

    citizen = building.citizen(town, town.lea)
    source = hostile("text", "x", 900).replace(b"image/svg+xml", in_xml(media_type).encode())
    document_id = record.deposit_cda(town.depositor, source, now=town.world.now).document_id
    for query in ("", "?telecharger=1"):
        _check_file(citizen.client.get(f"/dossier/documents/{document_id}/piece/0/{query}"))


def _publish(town: Any, software: Any, number: int, text: str, media_type: str, content: bytes) -> Any:
    """A PDSm deposit whose words are all the same text."""
    from tests.hygie.api import pdsm

    document = pdsm.document(
        town.world, data=content, media_type=media_type, unique_id=f"1.2.250.1.999.14.{number}", description=text
    )
    document["content"][0]["attachment"]["title"] = text
    for each in document["contained"][1:3]:
        each["name"] = text if each["resourceType"] == "Organization" else [{"family": text, "given": [text]}]
    return software.post("/fhir", pdsm.bundle(town.world, document, file=pdsm.binary(content, media_type)))


def test_a_file_of_the_api_is_not_a_page(town):
    from tests.security import town as building

    software = building.machine(town, "software", town.world.doctor).software
    for media_type in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"):
        assert _publish(town, software, 1, "x", media_type, FILES["html"]).status_code == 422
    # A label that the bytes do not have is refused, and what is kept leaves as a file.
    assert _publish(town, software, 2, "x", "application/pdf", FILES["html"]).status_code == 422
    answer = _publish(town, software, 3, "x", "application/pdf", FILES["pdf and html"])
    assert answer.status_code == 200, answer.content
    found = software.get(f"/fhir/DocumentReference?patient={town.lea.space_id}").json()["entry"]
    for entry in found:
        shown = software.get(f"/fhir/Binary/{entry['resource']['id']}", Accept="*/*")
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert shown["Content-Disposition"].startswith("attachment")


def test_no_word_of_a_pdsm_deposit_becomes_a_page(town):
    from tests.security import town as building

    software = building.machine(town, "software", town.world.doctor).software
    citizen = building.citizen(town, town.lea)
    doctor = building.professional(town, "doctor", town.world.doctor)
    kept = 0
    for number, text in enumerate(TEXTS[:40]):
        answer = _publish(town, software, number, text, "application/pdf", FILES["pdf and html"])
        assert answer.status_code in (200, 422), answer.content
        if answer.status_code == 200:
            kept += 1
            location = answer.json()["entry"][1]["response"]["location"].partition("DocumentReference/")[2]
            local = location.split("/")[0].partition(".")[2]
            for reader, place in ((citizen, "/dossier"), (doctor, f"/pro/dossier/{doctor.key}")):
                assert faults_of(_read(reader.client, f"{place}/documents/{local}/")) == [], text
    assert kept > 30


@pytest.mark.parametrize("text", [*TEXTS[:48], '<img src="https://mechant.example/x">', "<p onclick=x>", "<!-- x -->"])
def test_the_reader_of_pages_finds_what_is_planted(text):
    """In a page that forgot to escape: every payload that is markup, is found."""
    places = ("<p>{}</p>", '<input value="{}">', "<input value='{}'>", "<p title={}>", "<title>{}</title>")
    assert any(faults_of(place.format(text)) for place in places)


# ---- in a browser

_HOOK = """
window.__runs = []; window.__violations = [];
for (const name of ['alert', 'prompt', 'confirm', 'print', 'open'])
  window[name] = (...words) => { window.__runs.push(name + words); };
document.addEventListener('securitypolicyviolation', e => window.__violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


def _shake(page: Any) -> tuple[list[str], list[str]]:
    """Moves over and focuses everything, so that handlers have their chance; gives (runs, violations)."""
    page.evaluate(
        """() => { for (const e of document.querySelectorAll('main *'))
        for (const t of ['mouseover', 'focus', 'toggle', 'pointerenter']) e.dispatchEvent(new Event(t)); }"""
    )
    page.wait_for_timeout(30)
    return page.evaluate("window.__runs"), page.evaluate("window.__violations")


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_nothing_runs_in_a_browser(live_server, browser):
    from tests.security import town as building

    town = building.build()
    stored = list(_deposit_all(town).values())
    citizen = building.citizen(town, town.lea)
    doctor = building.professional(town, "doctor", town.world.doctor)
    for reader, pages in (
        (citizen, [f"/dossier/documents/{each}/" for each in stored[::7]] + _lists(citizen)),
        (doctor, [f"/pro/dossier/{doctor.key}/documents/{each}/" for each in stored[2::14]] + _lists(doctor)),
    ):
        context = browser.new_context(base_url=live_server.url)
        context.add_init_script(_HOOK)
        context.add_cookies([{"name": "hygie", "value": reader.client.cookies["hygie"].value, "url": live_server.url}])
        page = context.new_page()
        abroad: list[str] = []
        page.on("request", lambda asked, abroad=abroad: abroad.append(asked.url))
        for address in pages:
            assert page.goto(address).status == 200
            assert _shake(page) == ([], []), address
        assert [url for url in abroad if not url.startswith((live_server.url, "data:"))] == []
        context.close()


@pytest.mark.journey
def test_the_browser_sees_a_script_that_is_planted(browser):
    context = browser.new_context()
    context.add_init_script(_HOOK)
    policy = "default-src 'none'; script-src 'self'"

    def answer(route: Any) -> None:
        headers = {"Content-Type": "text/html"}
        if route.request.url.endswith("/strict"):
            headers["Content-Security-Policy"] = policy
        route.fulfill(body="<main><img src=x onerror=alert(1)></main>", headers=headers)

    context.route("**/*", answer)
    page = context.new_page()
    page.goto("http://planted.example/open")
    page.wait_for_timeout(100)
    assert _shake(page)[0]
    page.goto("http://planted.example/strict")
    runs, violations = _shake(page)
    assert not runs and violations
