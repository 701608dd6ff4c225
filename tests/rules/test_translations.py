"""French is written in the code, English in a catalogue: every text has its English, and no English page speaks French."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import translation
from lxml import html

from hygie.notifications.texts import TEXTS
from hygie.terminology import labels
from hygie.terminology import queries as terminology
from tests.conftest import REPOSITORY

HYGIE = REPOSITORY / "hygie"
LOCALE = HYGIE / "locale"
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|<[^>]+>")
_MISSING = "NOT RUN: gettext is missing: apt-get install gettext"
needs_gettext = pytest.mark.skipif(shutil.which("msgfmt") is None, reason=_MISSING)
# Words that an English sentence never has, and that no name or title of the tests' data has either.
_FRENCH = re.compile(
    r"\b(?:vous|votre|vos|vôtres|mes|mon|soignants?|dossier|accès|équipe|médecin|aucune?|cette|ces|leurs?|selon|depuis|"
    r"masqués?|déposée?s?|ajoutée?s?|voir|qui|chaque|rechercher|ordonnance|compte rendu|prise de sang|été|"
    r"janvier|février|avril|juillet|août|octobre|novembre|décembre)\b",
    re.IGNORECASE,
)
# What English texts say in French on purpose, and the title of a section of the document that the tests read.
_SAID_IN_FRENCH = ("(médecin traitant)", "Compte rendu d'examens de biologie médicale")


@dataclass
class Entry:
    msgid: str
    plural: str = ""
    texts: list[str] = field(default_factory=list)
    fuzzy: bool = False


def _entries(path: Path) -> dict[str, Entry]:
    """The messages of a .po file by msgid, without its header; our own reader, since gettext has none for Python."""
    found = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields, flags = _fields(block)
        if fields.get("msgid"):
            texts = [text for name, text in fields.items() if name.startswith("msgstr")]
            found[fields["msgid"]] = Entry(fields["msgid"], fields.get("msgid_plural", ""), texts, "fuzzy" in flags)
    return found


def _fields(block: str) -> tuple[dict[str, str], str]:
    fields: dict[str, str] = {}
    flags, name = "", ""
    for line in block.splitlines():
        if line.startswith("#,"):
            flags += line
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
        elif line and not line.startswith("#"):
            name, _, text = line.partition(" ")
            fields[name] = ast.literal_eval(text)
    return fields, flags


ENGLISH = _entries(LOCALE / "en/LC_MESSAGES/django.po")
FRENCH = _entries(LOCALE / "fr/LC_MESSAGES/django.po")


@pytest.fixture
def compiled(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The catalogues as they are written now, whatever was compiled before."""
    for language in ("en", "fr"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        source = LOCALE / language / "LC_MESSAGES/django.po"
        subprocess.run(["msgfmt", "--check-format", "-o", folder / "django.mo", source], check=True)
    settings.LOCALE_PATHS = [tmp_path]
    yield
    translation.deactivate()


@needs_gettext
def test_the_catalogue_holds_every_text_of_the_code_and_no_other(tmp_path, settings, monkeypatch):
    """When it fails: `makemessages -l en --no-wrap --no-location` in hygie/, then translate what is empty."""
    copy = shutil.copytree(HYGIE, tmp_path / "hygie", ignore=shutil.ignore_patterns("__pycache__", "locale", "data"))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "locale").mkdir()
    monkeypatch.chdir(copy)
    call_command("makemessages", locale=["en"], no_wrap=True, no_location=True, verbosity=0)
    written = _entries(tmp_path / "locale/en/LC_MESSAGES/django.po")
    assert sorted(written.keys() - ENGLISH.keys()) == [], "not translated"
    assert sorted(ENGLISH.keys() - written.keys()) == [], "no longer in the code"
    plurals = {msgid: entry.plural for msgid, entry in written.items()}
    assert [msgid for msgid, entry in ENGLISH.items() if entry.plural != plurals[msgid]] == []


def test_every_text_is_translated_and_none_is_a_guess():
    empty = [entry.msgid for entry in ENGLISH.values() if not all(text.strip() for text in entry.texts)]
    assert empty == []
    assert [entry.msgid for entry in ENGLISH.values() if entry.fuzzy] == []
    assert "#~" not in (LOCALE / "en/LC_MESSAGES/django.po").read_text(encoding="utf-8")


def test_names_and_marks_inside_a_text_are_the_same_in_both_languages():
    def marks(text: str) -> list[str]:
        return sorted(_PLACEHOLDER.findall(text))

    def pairs(entry: Entry) -> Iterator[tuple[str, str]]:
        return zip((entry.msgid, entry.plural), entry.texts, strict=False)

    wrong = [e.msgid for e in ENGLISH.values() if any(marks(french) != marks(text) for french, text in pairs(e))]
    assert wrong == []


def test_english_is_typeset_as_english():
    """No blank before : ; ? !, no « », no straight apostrophe, and the same blank at the end."""
    fault = re.compile(r"[\u00a0\u202f ][:;?!]|[«»]|\w'\w")
    texts = [(entry.msgid, text) for entry in ENGLISH.values() for text in entry.texts]
    assert [text for _, text in texts if fault.search(text)] == []
    assert [text for msgid, text in texts if msgid[-1].isspace() != text[-1].isspace()] == []


def test_french_is_typeset_as_french():
    """No line begins with : ; ? ! »: what stands before them does not break. Messages that leave are plain, as SMS are, and
    titles of documents are those of the terminology."""
    fault = re.compile(r"\S [:;?!»](?:\s|$)|« ")
    left = {str(text.body) for text in TEXTS.values()} | {str(title) for title in labels.PLAIN_TITLES}
    assert [each for each in ENGLISH if fault.search(each) and each not in left] == []


def test_the_french_catalogue_repeats_the_plurals_and_nothing_else():
    assert FRENCH.keys() == {entry.msgid for entry in ENGLISH.values() if entry.plural}
    assert [entry.msgid for entry in FRENCH.values() if entry.texts != [entry.msgid, entry.plural]] == []
    assert [msgid for msgid, entry in FRENCH.items() if entry.plural != ENGLISH[msgid].plural] == []


@needs_gettext
@pytest.mark.parametrize(
    ("language", "zero", "one", "two"),
    [("fr", "0 document", "1 document", "2 documents"), ("en", "0 documents", "1 document", "2 documents")],
)
def test_zero_is_singular_in_french_and_plural_in_english(compiled, language, zero, one, two):
    from hygie.portals import activity

    with translation.override(language):
        assert [activity.count_of(number) for number in (0, 1, 2)] == [zero, one, two]


def test_the_labels_to_translate_are_those_of_the_tables():
    kinds = {terminology.plain_title(kind.code) for kind in terminology.list_document_types()}
    assert set(labels.PLAIN_TITLES) == kinds
    assert list(labels.CLASSES) == [label for _, label in terminology.list_classes()]
    assert list(labels.PROFESSIONS) == [label for _, label in terminology.list_professions()]


# Pages in English


def _spoken(page: str) -> Iterator[str]:
    """What is read or heard of a page, but for the parts that say that they are in French."""
    tree = html.fromstring(page)
    for part in tree.xpath("//body//*[@lang and not(starts-with(@lang, 'en'))] | //script | //style"):
        part.drop_tree()
    yield from (text.strip() for text in tree.itertext() if isinstance(text, str) and text.strip())
    for name in ("aria-label", "title", "alt", "placeholder"):
        yield from tree.xpath(f"//@{name}")


def _french_of(page: str) -> list[str]:
    def rest(text: str) -> str:
        for words in _SAID_IN_FRENCH:
            text = text.replace(words, "")
        return text

    return [text for text in _spoken(page) if _FRENCH.search(rest(text))]


def _addresses(space: str) -> list[str]:
    """The addresses of a portal that take no argument."""
    names = get_resolver("hygie.config.urls").namespace_dict[space][1].reverse_dict
    found = []
    for name in {name for name in names if isinstance(name, str)}:
        try:
            found.append(reverse(f"{space}:{name}"))
        except NoReverseMatch:
            continue
    return sorted(found)


def _read(client: Client, address: str, **data: str) -> str:
    response = client.get(address, data, headers={"accept-language": "en"})
    body = response.content.decode() if response["Content-Type"].startswith("text/html") else ""
    if body:
        assert '<html lang="en"' in body, address
        title = re.search(r"<title>(.*?)</title>", body, re.DOTALL)
        assert title is not None
        assert not _FRENCH.search(title[1]), (address, title[1])
    return body


def _faults(client: Client, addresses: list[str]) -> dict[str, list[str]]:
    pages = {address: _read(client, address) for address in addresses}
    found = {address: _french_of(page) for address, page in pages.items() if page}
    assert found, "no page was read"
    return {address: texts for address, texts in found.items() if texts}


@needs_gettext
@pytest.mark.django_db
def test_public_pages_and_errors_speak_english(compiled):
    client = Client(raise_request_exception=False)
    assert _faults(client, [*_addresses("public"), "/connexion/?fin=session", "/connexion/?fin=depart", "/rien/"]) == {}


@needs_gettext
@pytest.mark.django_db
def test_the_pages_of_a_citizen_speak_english(compiled):
    from tests.hygie.portals.citizen import household

    house = household.build()
    document, own = house.deposit("biologie"), house.add("Lunettes")
    house.client.get(f"/dossier/documents/{document}/")
    of_document = [f"/dossier/documents/{each}/" for each in (document, own)]
    acts = [f"/dossier/documents/{document}/masquer/", f"/dossier/documents/{document}/montrer/"]
    changes = [
        f"/acces/qui-peut/bloquer/?professionnel={house.nurse.professional_id}",
        f"/acces/qui-peut/equipe/ajouter/?professionnel={house.stranger.professional_id}",
        "/acces/qui-peut/opposition/?quoi=tout",
        "/acces/qui-peut/opposition/?quoi=categorie&categorie=11",
        "/acces/qui-a-vu/?qui=tout",
        "/dossier/documents/?q=introuvable",
        "/dossier/documents/?du=32/13/2026",
        f"/dossier/documents/{'a' * 24}/",
    ]
    assert _faults(house.client, [*_addresses("citizen"), *_addresses("account"), *of_document, *acts, *changes]) == {}


@needs_gettext
@pytest.mark.django_db
def test_the_export_of_a_citizen_has_english_headings(compiled):
    from tests.hygie.portals.citizen import household

    house = household.build()
    response = house.client.get("/acces/qui-a-vu/export.csv", headers={"accept-language": "en"})
    heading, *lines = response.content.decode("utf-8-sig").splitlines()
    assert heading.startswith('"Date";"Time";"Who";"Profession";"Organisation"')
    assert [line for line in lines if _FRENCH.search(line)] == []


@needs_gettext
@pytest.mark.django_db
def test_the_pages_of_a_professional_speak_english(compiled):
    from hygie.record import actions as record
    from tests import factories
    from tests.hygie.portals.professional import papers
    from tests.hygie.portals.professional.browser import Browser

    world = factories.world()
    source, _ = papers.lab(world.ins, world.traits)
    document = record.deposit_cda(world.doctor, source, now=world.now).document_id
    doctor = Browser(world.doctor, "dr.martin")
    key = doctor.key(world)
    pages = [doctor.url(name, key=key) for name in ("record", "documents", "deposit")]
    read = doctor.url("document", key=key, document_id=document)
    faults = _faults(doctor.client, [*_addresses("professional"), *pages, read, "/pro/dossier/none/"])
    assert faults == {}

    stranger = Browser(world.stranger, "dr.petit")
    assert _faults(stranger.client, [stranger.url("consent", key=stranger.key(world))]) == {}


@needs_gettext
@pytest.mark.django_db
def test_the_faults_of_a_form_are_told_in_english(compiled):
    from tests import factories
    from tests.hygie.portals.professional.browser import Browser

    world = factories.world()
    doctor = Browser(world.doctor, "dr.martin")
    deposit = doctor.url("deposit", key=doctor.key(world))
    sent = [
        (doctor.url("search"), {"matricule": "2840399", "born_on": "31/02/1984"}),
        (doctor.url("search"), {}),
        (deposit, {}),
        ("/connexion/", {"username": "nobody", "password": "none"}),
    ]
    for address, data in sent:
        response = doctor.client.post(address, data, headers={"accept-language": "en"})
        assert response.status_code == 422, address
        assert _french_of(response.content.decode()) == [], address
