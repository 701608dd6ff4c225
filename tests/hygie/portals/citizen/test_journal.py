"""Who has seen: sentences, groups, filters, and the file for a spreadsheet."""

import csv
import dataclasses
import io
import uuid

import pytest

from hygie.access import actions as access
from hygie.lib import clock
from hygie.lib.errors import HygieError
from hygie.portals.citizen.journal import safe_cell
from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters

SEEN = "/acces/qui-a-vu/"


def _read(house, *documents: str, actor=None) -> None:
    for document in documents:
        record_queries.get_document(actor or house.doctor, house.space_id, document, now=clock.now())


def _refuse(house, actor) -> None:
    with pytest.raises(HygieError) as caught:
        record_queries.list_documents(actor, house.space_id, DocumentFilters(), now=clock.now())
    access.journal_refusal(caught.value)


def test_an_empty_journal_says_so(house):
    assert "Aucun accès pour l’instant" in house.text(SEEN)


def test_an_act_is_one_plain_sentence(house):
    _read(house, house.deposit("biologie"))
    page = house.text(SEEN)
    assert "<strong>Dr Antoine MARTIN</strong>, médecin, Cabinet fictif n° 1, a consulté" in page
    assert "« Prise de sang »</a>" in page
    assert "À ce titre : Médecin traitant." in page


def test_repeated_reads_are_told_once(house):
    documents = [house.deposit("biologie") for _ in range(3)]
    _read(house, *documents, *documents)
    page = house.text(SEEN)
    assert "a consulté 3 documents" in page and "a déposé 3 documents" in page
    assert page.count("a consulté") == 1
    assert "Voir lesquels" in page and all(f"/dossier/documents/{each}/" in page for each in documents)


def test_one_document_read_twice_is_told_with_its_number(house):
    document = house.deposit("biologie")
    _read(house, document, document)
    assert "(2 fois)" in house.text(SEEN)


def test_tabs_part_professionals_from_the_person(house):
    document = house.deposit("biologie")
    house.text(f"/dossier/documents/{document}/")
    professionals, mine, everything = (house.text(f"{SEEN}?qui={tab}") for tab in ("professionnels", "proches", "tout"))
    assert "Vous avez consulté" not in professionals and "a déposé" in professionals
    assert "Vous avez consulté" in mine and "a déposé" not in mine
    assert "Vous avez consulté" in everything and "a déposé" in everything


def test_a_refusal_is_marked_explained_and_filtered(house):
    _read(house, house.deposit("biologie"))
    _refuse(house, house.stranger)
    page = house.text(SEEN)
    assert "Accès refusé" in page and "Hors de l’équipe de soins, et sans accord." in page
    refused = house.text(SEEN + "?refus=1")
    assert "Dr Antoine PETIT" in refused and "a consulté" not in refused


def test_filters_keep_one_person_or_a_period(house):
    document = house.deposit("biologie")
    _read(house, document)
    _read(house, document, actor=house.nurse)
    page = house.text(f"{SEEN}?personne={house.nurse.professional_id}")
    told = page[page.index("hy-traces") :]
    assert "Antoine ROUX" in told and "MARTIN" not in told
    assert "Antoine ROUX" in house.text(SEEN + "?periode=30")
    assert "Aucun accès ne correspond" in house.text(f"{SEEN}?personne={uuid.uuid4()}")
    assert house.client.get(SEEN + "?periode=9999&personne=x&avant=-3&qui=z&refus=%00").status_code == 200


def test_older_lines_come_by_a_link(house, monkeypatch):
    from hygie.portals.citizen import journal

    monkeypatch.setattr(journal, "_LINES", 2)
    document = house.deposit("biologie")
    for actor in (house.doctor, house.nurse, house.doctor):
        _read(house, document, actor=actor)
    page = house.text(SEEN)
    assert "Afficher les accès plus anciens" in page
    older = page[page.index("avant=") :].split('"')[0]
    assert "a déposé" in house.text(f"{SEEN}?{older}")
    assert "a déposé" not in page


def test_each_professional_can_be_blocked_from_his_line(house):
    _read(house, house.deposit("biologie"))
    assert f"/acces/qui-peut/bloquer/?professionnel={house.doctor.professional_id}" in house.text(SEEN)


def test_changes_of_rights_name_whom_they_are_about(house):
    access.block(house.me, house.space_id, professional_id=house.nurse.professional_id, now=clock.now())
    access.oppose(house.me, house.space_id, category="42", now=clock.now())
    access.join_team(house.me, house.space_id, organization_id=house.elsewhere, now=clock.now())
    page = house.text(SEEN + "?qui=proches")
    assert "Vous avez bloqué l’accès au dossier pour Antoine ROUX." in page
    assert "Vous avez refusé l’ajout au dossier de documents de type « Ordonnance »." in page
    assert "Vous avez ajouté à l’équipe de soins Cabinet fictif n° 2." in page


def test_a_line_about_a_document_that_may_not_be_seen_names_nothing(house):
    """An id that is not in the record stays « un document »."""
    house.client.get("/dossier/documents/" + "a" * 24 + "/")
    page = house.text(SEEN + "?qui=proches")
    assert "Vous avez demandé quelque chose qui n’est pas dans le dossier" in page


def test_software_is_named_as_such(house):
    api = dataclasses.replace(house.doctor, client_id="un-logiciel")
    house.deposit("biologie", actor=api)
    assert "Avec un logiciel." in house.text(SEEN)


def _rows(house, query: str = "") -> list[list[str]]:
    response = house.client.get(SEEN + "export.csv" + query)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="acces-au-dossier-')
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_the_export_has_one_line_an_act(house):
    document = house.deposit("biologie")
    _read(house, document, document)
    rows = _rows(house, "?qui=professionnels")
    assert rows[0][:3] == ["Date", "Heure", "Qui"]
    assert len(rows) == 4 and {row[2] for row in rows[1:]} == {"Dr Antoine MARTIN"}
    assert rows[1][5:9] == [
        "Dr Antoine MARTIN a consulté «\u00a0Prise de sang\u00a0».",
        "Prise de sang",
        "Autorisé",
        "Médecin traitant",
    ]
    assert "exporté la liste" in house.text(SEEN + "?qui=proches")


def test_no_cell_of_the_export_runs_in_a_spreadsheet(house):
    document = house.add(title='=HYPERLINK("https://mal.example";"clic")')
    _read(house, document)
    rows = _rows(house, "?qui=tout")
    assert [row for row in rows if any(cell.startswith(("=", "+", "-", "@")) for cell in row)] == []
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_a_formula_is_disarmed(text):
    assert safe_cell(text) == "'" + text
    assert safe_cell("Dr Martin") == "Dr Martin"
