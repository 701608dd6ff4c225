"""Components: named arguments only, everything escaped, fields tied to their hint and error."""

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from hygie.portals.ui import words
from hygie.portals.ui.icons import class_icon, icon_paths

HOSTILE = '<script>x("1")</script>'


def render(source: str, **context: object) -> str:
    return Template("{% load hygie_ui %}" + source).render(Context(context))


class Ask(forms.Form):
    title = forms.CharField(label="Titre", help_text="Exemple : lunettes")
    kind = forms.ChoiceField(label="Type", choices=[("a", "Ordonnance")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    how_long = forms.ChoiceField(label="Durée", choices=[("1", "1 heure"), ("2", "2 heures")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="J’ai lu")


@pytest.mark.parametrize(
    "tag",
    [
        '{% ui_alert kind="info" titel="a" %}',
        '{% ui_tag text="a" colour="red" %}',
        '{% ui_empty title="a" button="b" %}',
        '{% ui_icon "home" class="x" %}',
        "{% ui_field form.title label='b' %}",
        "{% ui_error_summary form title='b' %}",
        '{% ui_pager href="/a/" %}',
        '{% ui_class_icon "42" size="s" %}',
        '{% ui_tile "home" color="red" %}',
        '{% ui_crumbs home_url="/" home_label="a" last="b" %}',
        '{% ui_alert "info" %}',
        '{% ui_tag "a" %}',
    ],
)
def test_an_unknown_argument_is_an_error_when_the_template_is_compiled(tag):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load hygie_ui %}" + tag)


@pytest.mark.parametrize(
    "tag",
    [
        '{% ui_alert kind="red" %}',
        '{% ui_tag text="a" kind="red" %}',
        '{% ui_icon "no-such-icon" %}',
        '{% ui_icon "home" size="xl" %}',
        '{% ui_empty title="a" level=7 %}',
        '{% ui_field form.title width="300" %}',
    ],
)
def test_an_unknown_value_is_an_error_when_the_template_is_rendered(tag):
    with pytest.raises(TemplateSyntaxError):
        render(tag, form=Ask())


@pytest.mark.parametrize(
    "tag",
    [
        "{% ui_alert title=text text=text %}",
        "{% ui_tag text=text %}",
        "{% ui_empty title=text text=text action_label=text action_url=text %}",
        "{% ui_pager next_url=text label=text %}",
        '{% ui_icon "home" label=text %}',
        "{% ui_crumbs home_url=text home_label=text here=text %}",
        "{{ text|initials }}",
    ],
)
def test_what_is_given_to_a_component_is_escaped(tag):
    html = render(tag, text=HOSTILE)
    assert "<script" not in html
    assert '"1"' not in html


def test_a_label_a_hint_a_value_and_an_error_of_a_field_are_escaped():
    form = Ask({"title": HOSTILE, "kind": HOSTILE})
    form.fields["title"].label = form.fields["title"].help_text = HOSTILE
    form.add_error("title", HOSTILE)
    html = render("{% ui_error_summary form %}{% for field in form %}{% ui_field field %}{% endfor %}", form=form)
    assert "<script" not in html


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% ui_icon "home" %}')
    labelled = render('{% ui_icon "home" label="Accueil" %}')
    assert 'role="img"' in labelled and 'aria-label="Accueil"' in labelled and "aria-hidden" not in labelled


def test_every_class_of_documents_has_an_icon_that_exists():
    codes = ["10", "11", "31", "42", "43", "44", "45", "52", "60", "90", "95", "99", "unknown", ""]
    assert {class_icon(code) for code in codes} <= set(icon_paths())


def test_every_symbol_of_the_icon_file_is_read():
    assert len(icon_paths()) >= 115
    assert {"home", "shield-check", "folder-heart", "prescription", "zoom"} <= set(icon_paths())


def test_a_field_is_tied_to_its_hint_and_to_its_error():
    html = render("{% ui_field form.title %}", form=Ask({}))
    assert '<label for="id_title">' in html
    assert 'aria-describedby="id_title-hint id_title-error"' in html
    assert 'id="id_title-hint"' in html and 'id="id_title-error"' in html
    assert 'aria-invalid="true"' in html


def test_choices_are_a_fieldset_with_a_legend_and_one_label_a_choice():
    html = render("{% ui_field form.how_long %}", form=Ask())
    assert "<fieldset" in html and '<legend class="hy-legend-text">Durée' in html
    assert html.count('<input type="radio"') == 2 and html.count("<label for=") == 2


def test_a_field_that_may_stay_empty_says_so():
    assert "(facultatif)" in render("{% ui_field form.note %}", form=Ask())
    assert "(facultatif)" not in render("{% ui_field form.title %}", form=Ask())


def test_the_error_summary_counts_and_links_to_the_first_input_of_each_field():
    html = render("{% ui_error_summary form %}", form=Ask({}))
    assert "Il y a 4 points à corriger" in html
    assert 'href="#id_title"' in html and 'href="#id_how_long_0"' in html
    assert render("{% ui_error_summary form %}", form=Ask()).strip() == ""


def test_a_live_alert_is_announced_with_the_right_urgency():
    assert 'role="status"' in render('{% ui_alert kind="success" text="a" live=True %}')
    assert 'role="alert"' in render('{% ui_alert kind="danger" text="a" live=True %}')
    assert "role=" not in render('{% ui_alert kind="danger" text="a" %}')


def test_the_pager_is_nothing_at_the_end_of_the_list():
    assert render('{% ui_pager next_url="" %}').strip() == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.date(2026, 3, 16), "16 mars 2026"),
        (dt.date(2026, 3, 1), "1er mars 2026"),
        (dt.date(2026, 3, 11), "11 mars 2026"),
        # 23:30 in London is already the next day in Paris.
        (dt.datetime(2026, 3, 16, 23, 30, tzinfo=dt.UTC), "17 mars 2026"),
        (None, ""),
    ],
)
def test_a_day_is_written_as_people_write_it(value, expected):
    assert words.day(value) == expected


def test_a_moment_is_in_local_time():
    assert words.moment(dt.datetime(2026, 3, 16, 9, 12, tzinfo=dt.UTC)) == "16 mars 2026 à 10 h 12"
    assert words.moment(dt.datetime(2026, 7, 1, 22, 5, tzinfo=dt.UTC)) == "2 juillet 2026 à 0 h 05"
    assert words.moment(None) == ""


def test_english_dates_have_no_french_ordinal():
    with translation.override("en"):
        assert words.day(dt.date(2026, 3, 1)) == "1 March 2026"


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (dt.date(2026, 3, 16), "0 mois"),
        (dt.date(2025, 1, 17), "13 mois"),
        (dt.date(2025, 1, 16), "14 mois"),
        (dt.date(2024, 3, 17), "23 mois"),
        (dt.date(2024, 3, 16), "2 ans"),
        (dt.date(1984, 3, 12), "42 ans"),
    ],
)
def test_an_age_is_in_months_below_two_years(born, expected):
    assert words.age(born, dt.date(2026, 3, 16)) == expected


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(1, "1 octet"), (820, "820 octets"), (12_300, "12 Ko"), (1_440_000, "1,4 Mo")],
)
def test_a_size_is_in_french_units(octets, expected):
    assert words.file_size(octets) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Léa DURAND", "LD"), ("Dr Antoine Martin", "AM"), ("Marie-Claire Le Gall", "MG"), ("Émile", "É"), ("", "")],
)
def test_initials_leave_the_title_out(name, expected):
    assert words.initials(name) == expected
