import time
from statistics import median

import pytest
from django.utils.safestring import SafeString

from hygie.record.cda.parse import parse_cda
from hygie.record.cda.render import Rendering, fill_media, render
from tests.hygie.record.cda.documents import document, media, section, structured
from tests.hygie.record.cda.html_checks import check

PNG = "iVBORw0KGgo="


def rendered(*sections: str) -> Rendering:
    found = render(parse_cda(structured(*sections)))
    check(found)
    return found


def html(text: str, **more: str) -> str:
    """HTML of a document with this only narrative."""
    (only,) = rendered(section(text, **more)).sections
    return only.html


def test_words_are_escaped_and_kept() -> None:
    assert html("5 &lt; 6 &amp; 7 &gt; 2 l'été <![CDATA[<b>gras</b>]]>") == (
        "5 &lt; 6 &amp; 7 &gt; 2 l'été &lt;b&gt;gras&lt;/b&gt;"
    )
    assert isinstance(rendered(section("x")).sections[0].html, SafeString)


def test_paragraphs_breaks_and_styles() -> None:
    assert html("<paragraph>un<br/>deux</paragraph>") == "<p>un<br>deux</p>"
    assert html('<content styleCode="Bold">a</content>') == "<strong>a</strong>"
    assert html('<content styleCode="Italics">a</content>') == "<em>a</em>"
    assert html('<content styleCode="Emphasis">a</content>') == "<em>a</em>"
    assert html('<content styleCode="Underline">a</content>') == "<u>a</u>"
    assert html('<content styleCode="BoldItalics xLarge">a</content>') == "<strong><em>a</em></strong>"
    assert html('<content styleCode="bold Italics">a</content>') == "<strong><em>a</em></strong>"
    assert html('<content revised="delete">a</content>') == "<del>a</del>"
    assert html("H<sub>2</sub>O, m<sup>2</sup>") == "H<sub>2</sub>O, m<sup>2</sup>"
    assert html("<paragraph><caption>Titre</caption>texte</paragraph>") == (
        '<p class="hy-cda-caption"><strong>Titre</strong></p><p>texte</p>'
    )


def test_lists_with_captions() -> None:
    assert html("<list><caption>L</caption><item>a</item><item><caption>b</caption>c</item></list>") == (
        '<p class="hy-cda-caption"><strong>L</strong></p><ul><li>a</li><li><strong>b</strong> c</li></ul>'
    )
    assert html('<list listType="ordered"><item>a</item></list>') == "<ol><li>a</li></ol>"
    assert html("<paragraph>x<list><item>a</item></list></paragraph>") == "<div>x<ul><li>a</li></ul></div>"


def test_a_table_with_caption_headers_and_spans() -> None:
    table = (
        "<table border='1' width='100%'><caption>Résultats</caption><col width='1'/><colgroup/>"
        "<thead align='center'><tr><th/><th>Valeur</th><th colspan='2'>Norme</th></tr></thead>"
        "<tbody><tr><th rowspan='2'>Fer</th><td styleCode='Bold'>12</td><td colspan='2'>10</td></tr>"
        "<tr><td colspan='1'>13</td></tr></tbody></table>"
    )
    assert html(table) == (
        '<div class="hy-tablewrap" tabindex="0" role="region" aria-label="Résultats"><table class="hy-table">'
        '<caption>Résultats</caption><thead><tr><td></td><th scope="col">Valeur</th>'
        '<th colspan="2" scope="colgroup">Norme</th></tr></thead>'
        '<tbody><tr><th rowspan="2" scope="row">Fer</th><td><strong>12</strong></td><td colspan="2">10</td></tr>'
        "<tr><td>13</td></tr></tbody></table></div>"
    )


def test_tables_without_caption_take_the_name_of_their_section_once_each() -> None:
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    found = rendered(section(table + table, title='Un "titre"'), section(table, title='Un "titre"'))
    page = "".join(part.html for part in found.sections)
    assert page.count('aria-label="Tableau : Un &quot;titre&quot;"') == 1
    assert page.count('aria-label="Tableau : Un &quot;titre&quot; (2)"') == 1
    assert page.count('aria-label="Tableau : Un &quot;titre&quot; (3)"') == 1


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("<table>perdu<tbody><tr><td>1</td></tr></tbody></table>", "1 perdu"),
        ("<table><tr>a<td>1</td>b</tr></table>", "1 a b"),
        ("<table><tbody><td>1</td></tbody></table>", "1"),
        ("<table><tbody><paragraph>1</paragraph></tbody></table>", "1"),
        ("<table><tbody><tr><paragraph>1</paragraph></tr></tbody></table>", "1"),
        ("<tr><td>1</td></tr>", "1"),
        ("<td>1</td>", "1"),
        ("<list>a<paragraph>b</paragraph><item>c</item></list>", "b c a"),
        ("<item>a</item>", "a"),
        ("<content><caption>a</caption></content>", "a"),
        ("<strange>a<stranger>b</stranger></strange>", "ab"),
        ("<content styleCode='Bold'><table><tr><td>1</td></tr></table></content>", "1"),
        ("<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>", "1"),
        ("<list><caption><table><tr><td>1</td></tr></table></caption><item>a</item></list>", "1 a"),
        ("<table><thead/><tbody/><tr><td>1</td></tr></table>", "1"),
        ('<x:p xmlns:x="http://www.w3.org/1999/xhtml">a</x:p>', "a"),
    ],
)
def test_no_word_is_lost_where_the_structure_is_wrong(table: str, words: str) -> None:
    assert check(rendered(section(table))).replace(" ", "") == words.replace(" ", "")


def test_links_stay_inside_the_page() -> None:
    text = '<paragraph ID="Résumé 1">cible</paragraph><linkHtml href="#Résumé 1">voir</linkHtml>'
    assert html(text) == '<p><span id="cda-1"></span>cible</p><a href="#cda-1">voir</a>'
    assert html('<linkHtml href="#absent">voir</linkHtml>') == "voir"
    assert html('<linkHtml href="https://example.org/">site</linkHtml>') == "site"
    assert html('<linkHtml href="annexes/doc.pdf">annexe</linkHtml>') == "annexe"


def test_links_reach_other_sections_rows_and_lists() -> None:
    table = '<table ID="t"><tbody><tr ID="r"><td ID="c">1</td></tr></tbody></table>'
    targets = table + '<list ID="l"><item ID="i">2</item></list>'
    links = "".join(f'<linkHtml href="#{name}">{name}</linkHtml>' for name in "trcli")
    first, second = rendered(section(targets), section(links)).sections
    assert first.html.count("<span id=") == 5
    assert second.html.count("<a href=") == 5


def test_only_what_is_pointed_to_gets_an_id() -> None:
    assert html('<content ID="x">a</content>') == "a"


def test_an_id_that_comes_twice_or_looks_like_one_of_ours_does_no_harm() -> None:
    text = '<content ID="x">a</content><content ID="x">b</content><content ID="cda-1">c</content>'
    links = '<linkHtml href="#x">1</linkHtml><linkHtml href="#cda-1">2</linkHtml>'
    assert html(text + links).count(" id=") == 2


def test_a_reference_gives_the_words_that_it_names() -> None:
    first, second = rendered(
        section('<content ID="a">Allergie au <content>latex</content></content>'),
        section('<reference value="#a"/>', title="Rappel"),
    ).sections
    assert first.html.endswith("Allergie au latex")
    assert second.html == "Allergie au latex"


def test_footnotes_are_written_after_the_text() -> None:
    page = html('Fer<footnote ID="n1">À jeun</footnote> et zinc<footnoteRef IDREF="n1"/><footnoteRef IDREF="no"/>')
    assert page == (
        'Fer<sup><a href="#cda-note-1-1" id="cda-mark-1-1" aria-label="Note 1">[1]</a></sup>'
        ' et zinc<sup><a href="#cda-note-1-1" aria-label="Note 1">[1]</a></sup>'
        '<ol class="hy-cda-notes"><li id="cda-note-1-1">À jeun'
        ' <a href="#cda-mark-1-1" aria-label="Retour au texte">↩</a></li></ol>'
    )


def test_an_image_gets_a_mark_with_the_index_of_its_attachment() -> None:
    captioned = '<renderMultiMedia referencedObject="A"><caption>La "courbe"</caption></renderMultiMedia>'
    text = f'<renderMultiMedia referencedObject="B"/>{captioned}'
    (found,) = rendered(section(text, after=media("A", PNG) + media("B", PNG))).sections
    assert found.html == (
        '<span class="hy-cda-media" data-index="1">Pièce jointe 2</span>'
        '<span class="hy-cda-media" data-index="0">La &quot;courbe&quot;</span>'
    )
    filled = fill_media(found.html, lambda index, words: SafeString(f'<img src="/{index}" alt="{words}">'))
    assert filled == '<img src="/1" alt="Pièce jointe 2"><img src="/0" alt="La &quot;courbe&quot;">'
    assert isinstance(filled, SafeString)


def test_an_image_that_is_not_inside_is_said_to_be_absent() -> None:
    assert html('<renderMultiMedia referencedObject="A"/>') == "Image ou fichier absent du document."


def test_no_text_can_make_a_media_mark() -> None:
    page = html('&lt;span class="hy-cda-media" data-index="0"&gt;x&lt;/span&gt;')
    assert fill_media(SafeString(page), lambda index, words: SafeString("!")) == page


def test_sections_keep_their_order_depth_and_titles() -> None:
    inner = f"<component>{section('dedans', title='Hémogramme')}</component>"
    empty = f"<component>{section(None, title='Rien')}</component>"
    found = rendered(
        section(None, title="Seul"),
        section(None, title="HÉMATOLOGIE :", after=empty + inner),
        section("fin", title=""),
        section("x", title="", code="00000-0"),
    )
    assert [(part.title, part.depth, bool(part.html)) for part in found.sections] == [
        ("HÉMATOLOGIE", 1, False),
        ("Hémogramme", 2, True),
        ("Allergies et intolérances", 1, True),
        ("Autres informations", 1, True),
    ]
    assert [part.code for part in found.sections] == ["48765-2", "48765-2", "48765-2", "00000-0"]


@pytest.mark.parametrize(
    "text",
    [None, "", " \n ", "<table><tbody><tr><td> </td></tr></tbody></table>", "<list/>", "<script>alert(1)</script>"],
)
def test_a_section_without_words_gives_nothing(text: str | None) -> None:
    assert rendered(section(text)).sections == ()


def test_an_unstructured_document_has_no_sections() -> None:
    body = '<component><nonXMLBody><text mediaType="text/plain">Bonjour</text></nonXMLBody></component>'
    assert render(parse_cda(document(body))).sections == ()
    assert render(parse_cda(document())).sections == ()


HOSTILE = [
    "<script>alert(1)</script>mot",
    '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>mot',
    '<script src="https://evil.example/x.js"/>mot',
    "<style>body{background:url(https://evil.example/x)}</style>mot",
    '<iframe src="https://evil.example/"/>mot',
    '<object data="https://evil.example/x.swf"/>mot',
    '<embed src="x"/>mot',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>mot',
    '<math><maction actiontype="statusline">x</maction></math>mot',
    '<img src="x" onerror="alert(1)"/>mot',
    '<content onload="alert(1)" onclick="alert(1)" style="position:fixed">mot</content>',
    '<paragraph styleCode="Bold&quot; onclick=&quot;alert(1)">mot</paragraph>',
    '<content styleCode="xColor;background:url(javascript:alert(1))">mot</content>',
    '<td colspan="2&quot; onclick=&quot;alert(1)">mot</td>',
    '<content ID="x&quot; onclick=&quot;y">mot</content><linkHtml href="#x&quot; onclick=&quot;y">l</linkHtml>',
    '<content ID="&lt;script&gt;">mot</content><linkHtml href="#&lt;script&gt;">l</linkHtml>',
    '<linkHtml href="javascript:alert(1)">mot</linkHtml>',
    '<linkHtml href=" &#9;java&#10;script:alert(1)">mot</linkHtml>',
    '<linkHtml href="JaVaScRiPt:alert(1)">mot</linkHtml>',
    '<linkHtml href="data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;">mot</linkHtml>',
    '<linkHtml href="vbscript:x">mot</linkHtml>',
    '<linkHtml href="//evil.example/">mot</linkHtml>',
    '<linkHtml href="https://evil.example/" target="_blank">mot</linkHtml>',
    '<linkHtml href="#&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">mot</linkHtml>',
    '<a href="javascript:alert(1)">mot</a>',
    '<form action="https://evil.example/"><input name="password"/><button>mot</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/"/>mot',
    '<base href="https://evil.example/"/>mot',
    '<link rel="stylesheet" href="https://evil.example/x.css"/>mot',
    "<![CDATA[<script>alert(1)</script>]]>mot",
    "<![CDATA[</td></table><img src=x onerror=alert(1)>]]>mot",
    "<![CDATA[--><script>alert(1)</script><!--]]>mot",
    "]]&gt;&lt;script&gt;alert(1)&lt;/script&gt;mot",
    "<content>&lt;scr<![CDATA[ipt>alert(1)</scr]]>ipt&gt;mot</content>",
    "<!-- --><!-- <script>alert(1)</script> -->mot",
    "<?php echo 1 ?>mot<?xml-stylesheet href='https://evil.example/'?>",
    '<table><tbody><tr><td colspan="999999999" rowspan="999999999">mot</td></tr></tbody></table>',
    '<table><tbody><tr><td colspan="-1" rowspan="1e9">mot</td><td colspan="٣">x</td></tr></tbody></table>',
    '<table onload="alert(1)" summary="&quot;&gt;&lt;x"><tr><th scope="x&quot; onclick=&quot;y">mot</th></tr></table>',
    '<table><caption>"&gt;&lt;script&gt;alert(1)&lt;/script&gt;</caption><tr><td>mot</td></tr></table>',
    '<renderMultiMedia referencedObject="&quot;&gt;&lt;x"><caption>&lt;script&gt;mot</caption></renderMultiMedia>',
    '<footnote ID="&lt;x">&lt;script&gt;mot<footnote>y</footnote></footnote><footnoteRef IDREF="&lt;x"/>',
    '<reference value="javascript:alert(1)"/><reference value="https://evil.example/"/>mot',
    '<content xml:base="https://evil.example/" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="x">mot</content>',
    "<template><script>alert(1)</script></template><noscript>x</noscript>mot",
    "<textarea>mot</textarea><title>x</title><plaintext>y</plaintext><xmp>z</xmp>",
    "<P onclick='x'>mot</P><SCRIPT>alert(1)</SCRIPT>",
    "mot\u2028\u2029\u200b\ufffd",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_narrative_has_no_way_out(text: str) -> None:
    found = render(parse_cda(structured(section(text, title=f"<![CDATA[{'<script>'}]]>"))))
    assert "mot" in check(found)
    page = "".join(part.html for part in found.sections)
    for forbidden in ("<script", "<img", "<svg", "<iframe", "<style", "<form", "evil.example"):
        assert forbidden not in page


def test_a_hostile_code_or_title_of_a_section_is_not_html() -> None:
    (found,) = rendered(section("<table><tr><td>x</td></tr></table>", title='&lt;script&gt;"')).sections
    assert found.title == '<script>"' and not isinstance(found.title, SafeString)
    assert 'aria-label="Tableau : &lt;script&gt;&quot;"' in found.html


@pytest.mark.parametrize(
    "text",
    [
        "<content styleCode='Bold'>" * 80 + "x" + "</content>" * 80,
        "<content styleCode='Bold'><content>x</content></content>" * 40_000,
        "<table>" + "<tr><th>1</th><td>2</td></tr>" * 30_000 + "</table>",
        "<footnote ID='f'>x</footnote>" * 45_000 + "<footnoteRef IDREF='f'/>" * 45_000,
        "<content ID='a'>" + "mot " * 250_000 + "</content>" + "<reference value='#a'/>" * 50_000,
        "<linkHtml href='#a'>x</linkHtml>" * 50_000 + "<content ID='a'>x</content>",
        ("<table><tr><th>" * 25 + "x" + "</th></tr></table>" * 25) * 1000,
        "<br/>" * 300_000 + "x",
    ],
    ids=["deep", "many", "rows", "footnotes", "references", "links", "nested tables", "too many"],
)
def test_a_narrative_made_to_be_slow_is_not(text: str) -> None:
    doc = parse_cda(structured(section(text)))
    started = time.perf_counter()
    found = render(doc)
    assert time.perf_counter() - started < 3
    assert sum(len(part.html) for part in found.sections) < 12_000_000


def test_what_is_too_long_to_show_is_said() -> None:
    (first, second) = rendered(section("court"), section("<br/>" * 100_001 + "x")).sections
    assert first.html == "court"
    assert "Téléchargez le document" in second.html


def test_every_sample_renders_within_the_whitelist(shared_path) -> None:
    for path in sorted((shared_path / "samples").glob("cda-*/*.xml")):
        doc = parse_cda(path.read_bytes())
        found = render(doc)
        words = check(found)
        if doc.root.find(".//{urn:hl7-org:v3}nonXMLBody") is not None:
            assert found.sections == (), path.name
        else:
            assert found.sections and words, path.name
            assert all(part.title for part in found.sections), path.name


def test_every_word_of_the_samples_is_on_the_page(shared_path) -> None:
    for path in sorted((shared_path / "samples").glob("cda-*/*.xml")):
        doc = parse_cda(path.read_bytes())
        shown = "".join(check(render(doc)).split())
        for text in doc.root.iter("{urn:hl7-org:v3}text"):
            if text.getparent().tag == "{urn:hl7-org:v3}section":
                for words in text.itertext():
                    assert "".join(words.split()) in shown, path.name


def test_rendering_takes_a_few_milliseconds(shared_path) -> None:
    docs = [parse_cda(path.read_bytes()) for path in (shared_path / "samples").glob("cda-*/*.xml")]
    times = []
    for doc in docs:
        started = time.thread_time()
        render(doc)
        times.append(time.thread_time() - started)
    print(f"render: median {median(times) * 1000:.1f} ms, worst {max(times) * 1000:.1f} ms")
    assert median(times) < 0.010
