"""R-23, T-21: nothing of what people write or are, and no secret, in logs, headers, addresses, journal, outbox or sessions.

The words of this scenario are unique; everything that leaves by another way than the page that a person asked for is
searched for them.
"""

import io
import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hygie.config.logs import OneLine

# Where a person's own file is given back under its own name.
_FILE_NAMES = "Content-Disposition"
_TYPED = {
    "password": "zqmotdepasseqz",
    "login": "zqidentifiantqz",
    "search": "zqrecherchemotqz",
    "token": "zqjetonfauxqz",
    "file": "zqnomdefichierqz",
    "title": "zqtitrepersoqz",
    "address": "zqadresseqz",
    "header": "zqenteteqz",
    "secret": "zqsecretclientqz",
    "error": "zqtexteerreurqz",
}


@dataclass
class Seen:
    """All that was logged, and of each answer what an intermediary sees: status line, headers, where it sends."""

    log: io.StringIO = field(default_factory=io.StringIO)
    answers: list[Any] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def add(self, answer: Any) -> Any:
        self.answers.append(answer)
        return answer

    @property
    def headers(self) -> str:
        lines = []
        for answer in self.answers:
            lines += [f"{name}: {value}" for name, value in answer.headers.items() if name != _FILE_NAMES]
            lines += [f"Set-Cookie: {morsel.key}={morsel.value}" for morsel in answer.cookies.values()]
        return "\n".join(lines)

    @property
    def errors(self) -> str:
        """Of what went wrong; a page of an open record has the patient's banner, whatever its status."""
        wrong = [each for each in self.answers if each.status_code >= 400]
        return "\n".join(
            each.content.decode("utf-8", "replace")
            for each in wrong
            if not each.request["PATH_INFO"].startswith("/pro/dossier/") or each.status_code == 404
        )


@pytest.fixture
def seen():
    """Everything that reaches the root logger, as the product's handler writes it, down to the last detail."""
    found = Seen()
    handler = logging.StreamHandler(found.log)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def _forbidden(town: Any, found: Seen) -> set[str]:
    """What may be nowhere: marks, names, numbers, what was typed, and the secrets that were really given."""
    people = set()
    for person in (town.lea, town.paul):
        people |= person.marks | {
            person.ins.value,
            person.ins.value[:13],
            person.ins.spaced,
            person.traits.birth_family,
        }
    return {each.lower() for each in people | set(_TYPED.values()) | found.secrets}


def _hits(text: str, words: set[str]) -> list[str]:
    lower = text.lower()
    return sorted(word for word in words if word in lower)


# ---- the scenario


def _sign_in(found: Seen, client: Any, name: str) -> None:
    from hygie.identity.sign_in.models import Session
    from tests import factories

    for password in (_TYPED["password"], factories.PASSWORD):
        found.add(client.post("/connexion/", {"username": name, "password": password}))
    found.add(client.post("/connexion/", {"username": _TYPED["login"], "password": _TYPED["password"]}))
    found.add(client.post("/connexion/", {"username": name, "password": factories.PASSWORD, "suite": "/accueil/"}))
    found.secrets |= {factories.PASSWORD, client.cookies["hygie"].value}
    # As if the second proof had been given.
    Session.objects.filter(account__username=name).update(level=2)


def _citizen(town: Any, found: Seen) -> None:
    from tests.security import town as building

    visitor = building.citizen(town, town.lea)
    client, lea = visitor.client, town.lea
    _sign_in(found, client, "citoyen.lea")
    query = urlencode({"q": _TYPED["search"], "auteur": "zqleacurrentqz", "du": "2026-01-01", "suite": _TYPED["token"]})
    for address in (
        f"/dossier/documents/?{query}",
        f"/dossier/documents/{lea.current}/",
        f"/dossier/documents/{lea.current}/fichier/",
        f"/dossier/documents/{lea.current}/piece/0/",
        f"/dossier/documents/{_TYPED['address']}/",
        f"/{_TYPED['address']}/?q={_TYPED['search']}",
        "/pro/patient/",
        "/acces/qui-a-vu/export.csv",
        "/acces/qui-a-vu/?qui=tout",
        f"/acces/qui-peut/bloquer/?q={_TYPED['search']}",
        f"/essai/panne-texte/?q={_TYPED['search']}",
    ):
        found.add(client.get(address, headers={"Referer": f"http://testserver/?q={_TYPED['header']}"}))
    for name, content in ((f"{_TYPED['file']}.txt", b"zqleaownqz"), (f"{_TYPED['file']}.svg", b"<svg zqleaownqz/>")):
        file = SimpleUploadedFile(name, content, "text/plain")
        form = {"file": file, "kind": "DOCPAT02", "dated_on": "2026-01-01", "title": _TYPED["title"]}
        found.add(client.post("/dossier/documents/ajouter/", form))
    form = {"theme": "dark", "size": "100", "spacing": "normal", "suite": "/accueil/"}
    found.add(client.post("/affichage/", form, headers={"Referer": f"http://testserver/?q={_TYPED['header']}"}))
    found.add(client.post(f"/dossier/documents/{lea.current}/masquer/"))
    found.add(client.post("/profil/", {"space": _TYPED["token"]}))


def _professional(town: Any, found: Seen) -> None:
    from tests.security import town as building

    visitor = building.professional(town, "nurse", town.world.nurse, "current", "old", "own")
    client, lea = visitor.client, town.lea
    _sign_in(found, client, "pro.nurse")
    for matricule, born in ((lea.ins.value, "12/03/1984"), (town.paul.ins.value, "01/01/1950"), ("1" * 15, "x")):
        answer = found.add(client.post("/pro/patient/", {"matricule": matricule, "born_on": born}))
        if answer.status_code == 302:
            key = answer["Location"].partition("patient=")[2]
    record = f"/pro/dossier/{key}/"
    for address in (
        record,
        f"{record}documents/?q={_TYPED['search']}&auteur={_TYPED['search']}",
        f"{record}documents/{lea.current}/",
        f"{record}documents/{lea.hidden}/",
        f"{record}documents/{_TYPED['address']}/",
    ):
        found.add(client.get(address))
    for source in (building.paper(lea, "current", 9), building.paper(town.paul, "current", 9), b"<zqleacurrentqz"):
        file = SimpleUploadedFile(f"{_TYPED['file']}.xml", source, "text/xml")
        found.add(client.post(f"{record}deposer/", {"document": file}))


def _machine(town: Any, found: Seen) -> None:
    from tests import factories
    from tests.security import town as building

    visitor = building.machine(town, "software nurse", town.world.nurse, "current")
    software, lea = visitor.software, town.lea
    found.secrets |= {software.token, software.world.client_secret}
    found.add(software.ask_token(town.world.nurse.idnps, client_secret=_TYPED["secret"]))
    for source in (
        building.paper(lea, "current", 10),
        building.paper(lea, "current", 10).replace(b"zqleacurrentqz", b"zqleacurrentqz2"),
        factories.cda(unique_id="1.9.1", number=lea.ins, who=town.paul.traits, title="zqleacurrentqz"),
        factories.cda(unique_id="1.9.2", number=lea.ins, who=lea.traits, type_code="zqleacurrentqz"),
        b'<?xml version="1.0"?><zqleacurrentqz>',
    ):
        found.add(software.deposit(source))
    found.add(software.post("/fhir", {"resourceType": "Bundle", "zqleacurrentqz": lea.ins.value}))
    patient = f"patient.identifier={lea.ins.system}|{lea.ins.value}"
    for address in (
        f"/fhir/DocumentReference?{patient}&description=zqleacurrentqz",
        f"/fhir/DocumentReference?{patient}&date={_TYPED['search']}",
        f"/fhir/DocumentReference/{_TYPED['address']}",
        f"/fhir/Binary/{lea.space_id}.{lea.current}",
        f"/fhir/{_TYPED['address']}?{patient}",
        f"/oauth/token?client_secret={_TYPED['secret']}",
    ):
        found.add(software.get(address))
    found.add(visitor.client.get("/fhir/metadata/x", headers={"Authorization": f"Bearer {_TYPED['token']}"}))
    found.add(visitor.client.get("/fhir/Patient/x", headers={"Authorization": f"Bearer {_TYPED['token']}"}))
    _break_a_file(town)
    found.add(software.get(f"/fhir/Binary/{lea.space_id}.{lea.own}"))


def _break_a_file(town: Any) -> None:
    """The person's own document is altered on the disk: reading it fails inside the house."""
    from django.conf import settings

    files = sorted((settings.HYGIE_DATA / "blobs").rglob("*"), key=lambda path: path.stat().st_mtime)
    for path in [each for each in files if each.is_file()][-60:]:
        path.write_bytes(b"zqleaownqz")


@pytest.fixture
def lived(town, seen, settings):
    """The whole scenario, once for each test: what was logged and what left."""
    settings.ROOT_URLCONF = "tests.security.planted_views"
    _citizen(town, seen)
    _professional(town, seen)
    _machine(town, seen)
    statuses = {each.status_code for each in seen.answers}
    assert {200, 201, 302, 401, 403, 404, 422, 500} <= statuses, statuses
    return seen


@pytest.mark.django_db
def test_nothing_of_a_person_and_no_secret_leaves_beside_the_page(lived, town):
    from hygie.lib.outbox.models import Event
    from hygie.trace.models import Entry

    words = _forbidden(town, lived)
    cookies = {each for each in words if each in lived.secrets and "." not in each}
    journal = "\n".join(
        f"{bytes(each.payload).decode()} {each.object} {each.actor}" for each in Entry.objects.all().iterator()
    )
    outbox = "\n".join(f"{each.name} {each.reference} {each.error}" for each in Event.objects.all())
    assert len(journal) > 2000 and outbox and len(lived.log.getvalue().splitlines()) > 40
    found = {
        "log": _hits(lived.log.getvalue(), words),
        # A session's key is given to its owner in the cookie, which is what a cookie is for.
        "headers": _hits(lived.headers, words - {each.lower() for each in cookies}),
        "errors": _hits(lived.errors, _said_by_nobody(words, town)),
        "journal": _hits(journal, words),
        "outbox": _hits(outbox, words),
        "sessions": _hits(_sessions(), words),
    }
    assert {where: hits for where, hits in found.items() if hits} == {}


def _said_by_nobody(words: set[str], town: Any) -> set[str]:
    """An error page keeps the frame of the portal (who is signed in), and a form shows again what was typed in it."""
    frame = {town.lea.traits.birth_family.lower(), town.paul.traits.birth_family.lower()}
    typed = {_TYPED["login"], _TYPED["title"], _TYPED["address"]}
    return words - frame - typed - {"1" * 15}


def _sessions() -> str:
    from django.contrib.sessions.models import Session

    return "\n".join(repr(each.get_decoded()) for each in Session.objects.all())


def test_a_log_that_tells_is_found(town, seen):
    """The planted faults: one of ours that prints a name, and a library's own text through another formatter."""
    words = _forbidden(town, seen)
    logging.getLogger("hygie.planted").warning("lu par %s", "Titre zqleacurrentqz")
    assert _hits(seen.log.getvalue(), words) == ["zqleacurrentqz"]
    logging.getLogger("some.library").warning("GET /x?q=%s", _TYPED["search"])
    assert _TYPED["search"] not in seen.log.getvalue()


def test_the_text_of_an_error_reaches_neither_the_page_nor_the_log(town, seen, settings):
    from tests.security import town as building

    settings.ROOT_URLCONF = "tests.security.planted_views"
    answer = building.citizen(town, town.lea).client.get("/essai/panne-texte/")
    assert answer.status_code == 500
    assert _TYPED["error"] not in answer.content.decode() + seen.log.getvalue()
    assert '"kind=' in seen.log.getvalue() or "RuntimeError" in seen.log.getvalue()
