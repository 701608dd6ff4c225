"""Hypothesis strategies for the values of R4 primitive types, as hygie.fhir.core.json decodes them, odd ones included."""

import base64

from hypothesis import strategies as st

from hygie.fhir.core import json

# What XML 1.0 can hold too: no control characters but tab and line ends, no surrogates, no non-characters.
_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"))
_ODD_WORDS = st.sampled_from(
    [
        "Ŭ", "œdème", "é", "e\u0301", "  deux  blancs ", "l’été, « aigu »",
        "ligne\nsuivante", "\ttab", "a\r\nb", "]]>",
        "<b>&amp;</b>", "&#0;", "\u00a0", "\u2028",
        "𝄞 clef", "עברית", "漢字", "\"", "'", "\\", "%", "_", "|", ",", "$", "\\,", "x" * 300, "null", "true", "0",
    ]
)  # fmt: skip
# Half plain words, a quarter odd ones, a quarter anything.
texts = st.one_of(
    st.sampled_from(["Durand", "Élodie", "sans suite", "A", "Contrôle à 6 mois"]),
    st.sampled_from(["mg", "ok", "Lyon", "b2", "note"]),
    _ODD_WORDS,
    st.text(_CHARACTERS, min_size=1, max_size=12),
)
codes = st.one_of(
    st.sampled_from(["a", "8867-4", "A10BA02", "x y", "final", "é", "<", "a|b", "a,b", "a$b", "\\"]),
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp")), min_size=1, max_size=8
    ),
)  # fmt: skip
ids = st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True)
uuids = st.uuids().map(lambda each: f"urn:uuid:{each}")
oids = st.lists(st.integers(0, 10**12), min_size=1, max_size=6).map(lambda parts: ".".join(map(str, [2, *parts])))
absolute = st.one_of(
    st.sampled_from(["https://example.org/fhir", "http://example.org/a?b=c&d=%20#e", "urn:example:x", "https://exämple.org/é"]),
    st.text("abcdefXYZ019-_.~/", min_size=1, max_size=12).map(lambda path: f"https://example.org/{path}"),
    oids.map(lambda oid: f"urn:oid:{oid}"),
    uuids,
)  # fmt: skip

_years = st.one_of(st.integers(1900, 2030), st.sampled_from([1, 999, 1582, 1970, 2038, 9999])).map("{:04}".format)
_months = st.integers(1, 12).map("{:02}".format)
# 29 February needs its year; a day of any month is up to 28.
_days = st.one_of(
    st.builds("{}-{}-{:02}".format, _years, _months, st.integers(1, 28)),
    st.sampled_from(["2024-02-29", "2000-02-29", "1999-12-31", "2026-07-31", "0001-01-01", "9999-12-31"]),
)
_fractions = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=9).map(".{}".format))
_seconds = st.one_of(st.integers(0, 59), st.just(60)).map("{:02}".format)
_clock = st.builds("{:02}:{:02}:{}{}".format, st.integers(0, 23), st.integers(0, 59), _seconds, _fractions)
_zones = st.one_of(
    st.sampled_from(["Z", "+00:00", "-00:00", "+02:00", "+14:00", "-12:00", "+05:45"]),
    st.builds("{}{:02}:{:02}".format, st.sampled_from("+-"), st.integers(0, 13), st.integers(0, 59)),
)
instants = st.builds("{}T{}{}".format, _days, _clock, _zones)
dates = st.one_of(_years, st.builds("{}-{}".format, _years, _months), _days)
datetimes = st.one_of(dates, instants)

_digits = st.text("0123456789", min_size=1, max_size=12)
_whole = st.one_of(st.just("0"), st.integers(1, 10**15).map(str), st.just("9" * 18), st.just("1" + "0" * 20))
decimal_texts = st.one_of(
    st.sampled_from(["0", "1.0", "1.50", "-0.0", "0.00", "0.000000001", "100", "1E3", "1e-7", "2.50E+2", "12345678901234567.8"]),
    st.builds("{}{}{}".format, st.sampled_from(["", "-"]), _whole, st.one_of(st.just(""), _digits.map(".{}".format))),
)  # fmt: skip
# As the door reads them: whole numbers are int, others Decimal.
decimals = decimal_texts.map(lambda text: json.read(text.encode()))
positive_decimals = decimal_texts.filter(lambda text: text[0] != "-").map(lambda text: json.read(text.encode()))
_WORDS = st.sampled_from(["texte", "œdème &amp; fièvre", "&lt;3", "« é »", "&#233;", "a  b", "ligne\nsuivante", "𝄞"])
_PARTS = st.one_of(
    _WORDS.map("<p>{}</p>".format),
    _WORDS.map('<table class="t"><tbody><tr><td>{}</td></tr></tbody></table>'.format),
    st.builds("<ul><li>{}</li><li><b>{}</b><br/></li></ul>".format, _WORDS, _WORDS),
    _WORDS.map('<a href="https://example.org/a?b=c&amp;d=e">{}</a>'.format),
)
narratives = st.lists(_PARTS, min_size=1, max_size=3).map(
    lambda parts: f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'
)

PRIMITIVES: dict[str, st.SearchStrategy[object]] = {
    "base64Binary": st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode()),
    "boolean": st.booleans(),
    "canonical": st.builds("{}{}".format, absolute.filter(lambda url: "#" not in url), st.sampled_from(["", "|1.0", "|é"])),
    "code": codes,
    "date": dates,
    "dateTime": datetimes,
    "decimal": decimals,
    "id": ids,
    "instant": instants,
    "integer": st.one_of(st.integers(-3, 3), st.integers(-(2**31), 2**31 - 1)),
    "markdown": texts,
    "oid": oids.map(lambda oid: f"urn:oid:{oid}"),
    "positiveInt": st.one_of(st.integers(1, 5), st.just(2**31 - 1)),
    "string": texts,
    "time": _clock,
    "unsignedInt": st.one_of(st.integers(0, 5), st.just(2**31 - 1)),
    "uri": absolute,
    "url": absolute,
    "uuid": uuids,
    "xhtml": narratives,
}  # fmt: skip
