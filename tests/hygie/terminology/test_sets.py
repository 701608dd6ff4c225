"""The French sets as the validator and searches ask for them, and those that a deployer loads."""

import gzip
import io
import json
import tarfile

import pytest

from hygie.config import terminology
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.model import KINDS
from hygie.lib.errors import Invalid
from hygie.terminology import loaded, sets
from hygie.terminology.queries import list_classes, list_document_types

NOS = "https://mos.esante.gouv.fr/NOS"
J07 = f"{NOS}/JDV_J07-XdsTypeCode-CISIS/FHIR/JDV-J07-XdsTypeCode-CISIS"
J100 = f"{NOS}/JDV_J100-FinessStatutJuridique-RASS/FHIR/JDV-J100-FinessStatutJuridique-RASS"
TRE_A03 = f"{NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
LOINC = "http://loinc.org"
GUIDE = "https://interop.esante.gouv.fr/ig/fhir/eprescription/ValueSet"


@pytest.mark.parametrize(
    ("url", "system", "code", "expected"),
    [
        (J07, LOINC, "11502-2", True),
        (J07 + "|20240927", LOINC, "11502-2", True),
        (J07 + "|1", LOINC, "11502-2", None),
        (J07, f"{NOS}/TRE_A04-Loinc/FHIR/TRE-A04-Loinc", "11502-2", True),
        (J07, "urn:oid:2.16.840.1.113883.6.1", "11502-2", True),
        (J07, LOINC, "8480-6", False),
        (J07, "http://snomed.info/sct", "11502-2", False),
        (
            "http://hl7.org/fhir/ValueSet/administrative-gender",
            "http://hl7.org/fhir/administrative-gender",
            "male",
            True,
        ),
        ("http://example.org/nothing", LOINC, "1", None),
        # The set names its system by an OID; nobody here knows which URL that is.
        (J100, f"{NOS}/TRE_R72-FinessStatutJuridique/FHIR/TRE-R72-FinessStatutJuridique", "01", True),
        (J100, f"{NOS}/TRE_R72-FinessStatutJuridique/FHIR/TRE-R72-FinessStatutJuridique", "nothing", None),
        (J100, LOINC, "01", False),
        (f"{GUIDE}/fr-mp-dose-form", LOINC, "1", False),
        (f"{GUIDE}/fr-mp-dose-form", "http://standardterms.edqm.eu", "nothing", None),
    ],
)
def test_a_code_is_in_a_set_or_not_or_nobody_can_tell(url, system, code, expected):
    assert sets.is_member(url, system, code) is expected


def test_the_sets_and_our_own_tables_say_the_same():
    ours = {(each.system, each.code) for each in list_document_types()}
    official = set(sets.codes_of(J07) or ())
    assert len(official) == 114 and official <= ours
    library = loaded.members().library
    classes = library.get_code_system(TRE_A03)
    assert [code for code, _ in list_classes()] == list(classes.concepts)


def test_each_set_can_be_listed_unless_it_needs_what_is_not_loaded():
    urls = [head.url for head in loaded.members().library.heads("ValueSet")]
    unlisted = {url.rpartition("/")[2] for url in urls if sets.valueset_codes(url) is None}
    assert unlisted == {
        "FrMethodOfAdministration",
        "careteam-roles-vs",
        "fr-inpatient-medication-code",
        "fr-medication-code",
        "fr-mp-dose-form",
        "fr-route-of-administration",
        "fr-substance-code",
    }


def test_ids_are_fhir_ids_and_each_has_one_resource():
    library = loaded.members().library
    for kind in KINDS:
        ids = [head.id for head in library.heads(kind)]
        assert len(ids) == len(set(ids)) and all(0 < len(each) <= 64 and each.isascii() for each in ids)
        assert all(library.url_of(kind, head.id) == head.url for head in library.heads(kind))
    systems = [library.code_system(head.url) for head in library.heads("CodeSystem")]
    assert None not in systems
    assert all(each and library.is_complete(each.head) is each.is_complete for each in systems)
    assert {each.url for each in systems if each} == {head.url for head in library.heads("CodeSystem")}
    told = {url: complete for url, _, complete in sets.loaded_systems()}
    assert told["http://hl7.org/fhir/administrative-gender"] and not told[LOINC]


def test_no_code_of_snomed_ct_comes_from_the_french_sets():
    library = loaded.members().library
    french = [head.url for head in library.heads("ValueSet") if head.publisher.startswith("Agence")]
    assert len(french) > 300
    assert not any("http://snomed.info/sct" in (sets.valueset_codes(url) or {}) for url in french)


COUNTRIES = {
    "resourceType": "CodeSystem",
    "id": "administrative-gender",
    "url": "http://example.org/countries",
    "version": "3",
    "status": "active",
    "content": "complete",
    "concept": [{"code": "EU", "display": "Europe", "concept": [{"code": "FR", "display": "France"}]}],
}
WRONG = {"resourceType": "ValueSet", "url": "http://example.org/wrong", "status": "nothing"}
NAMELESS = {"resourceType": "ValueSet", "status": "active"}
BY_OID = {"resourceType": "ValueSet", "status": "active", "identifier": [{"value": "urn:oid:1.2.3"}]}


def test_a_deployer_loads_official_sets(tmp_path, settings):
    settings.HYGIE_DATA = tmp_path / "data"
    source = tmp_path / "source"
    source.mkdir()
    for name, told in {
        "a": COUNTRIES,
        "b": WRONG,
        "c": NAMELESS,
        "d": BY_OID,
        "e": {"resourceType": "Patient"},
    }.items():
        (source / f"{name}.json").write_text(json.dumps(told))
    (source / "f.json").write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": COUNTRIES}]}))
    kept, refused = terminology.keep_all([source])
    assert kept == 3 and len(refused) == 2
    assert "b.json: ValueSet.status" in refused[0] and "c.json: ValueSet.url" in refused[1]
    assert len(list((tmp_path / "data" / "terminology").iterdir())) == 2  # the same URL is the same file
    loaded.members.cache_clear()
    try:
        library: Library = loaded.members().library
        system = library.get_code_system("http://example.org/countries")
        assert system.above("FR") == {"EU"} and system.head.id.startswith("administrative-gender-")
        assert library.url_of("ValueSet", "urn-oid-1.2.3") == "urn:oid:1.2.3"
    finally:
        loaded.members.cache_clear()


def test_of_a_set_that_cannot_be_worked_out_nobody_can_tell(tmp_path, settings):
    settings.HYGIE_DATA = tmp_path
    odd = [{"property": "nothing", "op": "=", "value": "x"}]
    for name, compose in {
        "odd": {"include": [{"system": COUNTRIES["url"], "filter": odd}]},
        "cycle": {"include": [{"valueSet": ["http://example.org/cycle"]}]},
    }.items():
        told = {"resourceType": "ValueSet", "url": f"http://example.org/{name}", "status": "active", "compose": compose}
        loaded.keep(told, tmp_path)
    loaded.keep(COUNTRIES, tmp_path)
    loaded.members.cache_clear()
    sets.valueset_codes.cache_clear()
    try:
        for name in ("odd", "cycle"):
            assert sets.is_member(f"http://example.org/{name}", COUNTRIES["url"], "FR") is None
    finally:
        loaded.members.cache_clear()
        sets.valueset_codes.cache_clear()


def test_a_package_is_read_as_it_is(tmp_path, settings):
    settings.HYGIE_DATA = tmp_path / "data"
    package = tmp_path / "package.tgz"
    with tarfile.open(package, "w:gz") as file:
        for name, data in {"package/cs.json": json.dumps(COUNTRIES).encode(), "package/readme.txt": b"x"}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    assert terminology.keep_all([package]) == (1, [])
    broken = tmp_path / "broken.tgz"
    broken.write_bytes(gzip.compress(b"nothing"))
    kept, refused = terminology.keep_all([broken])
    assert kept == 0 and "no FHIR package" in refused[0]


def test_what_is_not_a_resource_is_refused(tmp_path):
    with pytest.raises(Invalid):
        loaded.keep({"resourceType": "CodeSystem", "status": "active"}, tmp_path)
