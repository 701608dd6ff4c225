from hygie.record.cda.parse import parse_cda
from hygie.record.cda.text import MAX_BYTES, plain_text
from tests.hygie.record.cda.documents import document, media, section, structured


def test_the_words_of_titles_and_narratives_are_kept() -> None:
    table = (
        "<table><thead><tr><th>Fer</th><th>Zinc</th></tr></thead><tbody><tr><td>12</td><td>3</td></tr></tbody></table>"
    )
    inner = f"<component>{section('dedans', title='Dessous')}</component>"
    doc = parse_cda(
        structured(section(f"H<sub>2</sub>O<br/>ici{table}", title="Dessus", after=media("A", "AAAA") + inner))
    )
    assert plain_text(doc) == "Volet de synthèse Dessus H2O ici Fer Zinc 12 3 Dessous dedans"


def test_nothing_of_the_header_or_of_the_entries_is_in_it() -> None:
    entry = "<entry><observation><text>secret</text><value>PAT-TROIS</value></observation></entry>"
    words = plain_text(parse_cda(structured(section("visible", after=entry))))
    assert "visible" in words
    assert "PAT-TROIS" not in words and "secret" not in words and "279035121518989" not in words


def test_the_text_of_an_unstructured_document_is_searched_too() -> None:
    plain = '<component><nonXMLBody><text mediaType="text/plain">Une  entorse</text></nonXMLBody></component>'
    pdf = '<component><nonXMLBody><text representation="B64">JVBERi0=</text></nonXMLBody></component>'
    assert plain_text(parse_cda(document(plain))) == "Volet de synthèse Une entorse"
    assert plain_text(parse_cda(document(pdf))) == "Volet de synthèse"


def test_it_is_bounded() -> None:
    words = plain_text(parse_cda(structured(section("é " * 500_000))))
    assert MAX_BYTES - 4 < len(words.encode()) <= MAX_BYTES


def test_every_sample_gives_words(shared_path) -> None:
    for path in (shared_path / "samples").glob("cda-*/*.xml"):
        words = plain_text(parse_cda(path.read_bytes()))
        assert 10 < len(words) < 20_000, path.name
        assert "  " not in words and "JVBERi0" not in words, path.name
