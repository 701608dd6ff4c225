"""`hygie load-profiles`: packages as they are published, kept whole or not at all."""

import io
import json
import tarfile

import pytest

from hygie.config.profiles import keep
from hygie.fhir.core import json as fhir_json
from hygie.fhir.core.validation import validate
from hygie.fhir.core.validation.profiles import library
from hygie.lib.errors import Invalid

URL = "http://example.org/fhir/StructureDefinition/born"
BORN = {
    "resourceType": "StructureDefinition",
    "url": URL,
    "version": "1.2.0",
    "type": "Patient",
    "kind": "resource",
    "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "differential": {"element": [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]},
}
WORKS = {"type": "Practitioner", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Practitioner"}
PATIENT = {"resourceType": "Patient", "meta": {"profile": [f"{URL}|1.2.0"]}}


@pytest.fixture
def folder(tmp_path):
    """Profiles of this instance, until the end of the test."""
    before = library.settings()
    library.configure(folder=tmp_path / "profiles")
    yield tmp_path / "profiles"
    library.configure(folder=before[0], codes=before[1])


def package(path, **files):
    with tarfile.open(path, "w:gz") as archive:
        for name, told in files.items():
            data = told if isinstance(told, bytes) else json.dumps(told).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def rules(resource):
    return [each.rule for each in validate(resource, profiles=library.judge()) if each.severity == "error"]


def test_a_package_is_checked_by_from_the_next_start(tmp_path, folder):
    source = package(
        tmp_path / "any.tgz",
        **{
            "package/package.json": {"name": "example.born", "version": "1.2.0", "license": "CC0-1.0"},
            "package/StructureDefinition-born.json": BORN,
            "package/.index.json": b"not JSON",
            "package/example/Patient-wrong.json": b"not JSON",
        },
    )
    assert rules(PATIENT) == []
    told = keep(source, folder)
    assert told.startswith("1 profiles of example.born 1.2.0, kept in ")
    library.configure(folder=folder)
    assert rules(PATIENT) == ["profile-min"]
    assert rules(PATIENT | {"birthDate": "1980"}) == []
    assert "example.born" in [each.name for each in library.sources()]


@pytest.mark.parametrize("dose", ["0.5", "0.50", "0.0000001"])
def test_a_decimal_of_a_pattern_keeps_its_digits(tmp_path, folder, dose):
    url = "http://example.org/fhir/StructureDefinition/dose"
    fixed = {"id": "Observation.value[x]", "path": "Observation.value[x]", "patternQuantity": {"value": "DOSE"}}
    told = {**BORN, "url": url, "type": "Observation", "differential": {"element": [fixed]}}
    told["baseDefinition"] = "http://hl7.org/fhir/StructureDefinition/Observation"
    keep(
        package(tmp_path / "dose.tgz", **{"package/a.json": json.dumps(told).replace('"DOSE"', dose).encode()}), folder
    )
    library.configure(folder=folder)
    seen = {"resourceType": "Observation", "status": "final", "code": {"text": "dose"}, "meta": {"profile": [url]}}
    assert rules(seen | {"valueQuantity": {"value": fhir_json.decimal(dose)}}) == []
    assert rules(seen | {"valueQuantity": {"value": fhir_json.decimal("0.7")}}) == ["profile-pattern"]


def test_a_later_load_replaces_and_a_folder_or_a_file_will_do(tmp_path, folder):
    at = tmp_path / "guide"
    at.mkdir()
    (at / "StructureDefinition-born.json").write_text(json.dumps(BORN))
    keep(at, folder)
    (at / "StructureDefinition-born.json").write_text(json.dumps(BORN | WORKS))
    keep(at, folder)
    keep(at / "StructureDefinition-born.json", folder)
    library.configure(folder=folder)
    assert rules(PATIENT) == ["profile-type"]
    assert len(list(folder.iterdir())) == 2


def test_what_it_builds_on_is_named_when_it_is_not_here(tmp_path, folder):
    (tmp_path / "born.json").write_text(json.dumps(BORN | {"baseDefinition": "http://example.org/base|1"}))
    assert keep(tmp_path / "born.json", folder).endswith("on which some of them build: http://example.org/base.")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"package/StructureDefinition-x.json": b"{"}, "profile-file"),
        ({"package/StructureDefinition-x.json": BORN | {"differential": {"element": [{}]}}}, "profile-file"),
        ({"package/Patient-x.json": {"resourceType": "Patient"}}, "profile-empty"),
    ],
)
def test_what_cannot_be_read_leaves_everything_as_it_was(tmp_path, folder, files, code):
    source = package(tmp_path / "any.tgz", **files)
    with pytest.raises(Invalid) as caught:
        keep(source, folder)
    assert caught.value.code == code
    assert not folder.exists() or list(folder.iterdir()) == []


def test_what_is_no_package_is_refused(tmp_path, folder):
    (tmp_path / "any.tgz").write_bytes(b"no archive")
    with pytest.raises(Invalid) as caught:
        keep(tmp_path / "any.tgz", folder)
    assert caught.value.code == "profile-file"


def test_names_of_packages_lead_nowhere_else(tmp_path, folder):
    source = package(
        tmp_path / "any.tgz",
        **{"package/package.json": {"name": "../../evil"}, "package/StructureDefinition-born.json": BORN},
    )
    keep(source, folder)
    assert [each.name for each in folder.iterdir()] == ["evil.profiles.json.gz"]
