from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.api import scopes
from hygie.lib.errors import Invalid

TYPES = sorted(scopes.TYPES | {scopes.ANY})
LETTERS = [
    "".join(letter for n, letter in enumerate(scopes.LETTERS) if bits >> n & 1)
    for bits in range(1, 1 << len(scopes.LETTERS))
]
one = st.builds(scopes.Scope, st.sampled_from(scopes.CONTEXTS), st.sampled_from(TYPES), st.sampled_from(LETTERS))
many = st.frozensets(one, max_size=5)


def rights(granted):
    """A set of scopes as the plain set of (context, type, letter) that it opens."""
    return {
        (scope.context, kind, letter)
        for scope in granted
        for kind in ([scope.type] if scope.type != scopes.ANY else [*TYPES])
        for letter in scope.letters
    }


@given(many, many)
def test_granted_is_what_is_requested_and_registered_nothing_more_nothing_less(requested, registered):
    assert rights(scopes.narrow(requested, registered)) == rights(requested) & rights(registered)


@given(many, many)
def test_covers_says_what_the_sets_say(requested, registered):
    granted = scopes.narrow(requested, registered)
    for context, kind, letter in [
        ("user", "DocumentReference", "r"),
        ("user", "Patient", "s"),
        ("system", "Binary", "c"),
    ]:
        assert scopes.covers(granted, kind, letter, context=context) == ((context, kind, letter) in rights(granted))


@given(many)
def test_every_scope_has_one_spelling(granted):
    assert scopes.parse_all(scopes.write(granted).split()) == granted


@given(one, st.integers(0, 40), st.characters(codec="utf-8"))
def test_a_spelling_with_a_sign_changed_is_another_scope_or_none(scope, place, sign):
    text = str(scope)
    place %= len(text) + 1
    changed = text[:place] + sign + text[place + 1 :]
    with suppress(Invalid):
        parsed = scopes.parse(changed)
        assert changed in (str(parsed), f"{parsed.context}/{parsed.type}.*")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("user/DocumentReference.rs", "user/DocumentReference.rs"),
        ("user/*.cruds", "user/*.cruds"),
        ("system/Patient.r", "system/Patient.r"),
        ("user/Patient.read", "user/Patient.rs"),
        ("user/DocumentReference.write", "user/DocumentReference.cud"),
        ("user/*.*", "user/*.cruds"),
    ],
)
def test_v2_and_v1_spellings_are_read(written, canonical):
    assert str(scopes.parse(written)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "user",
        "user/",
        "user/Patient",
        "user/Patient.",
        "user/Patient.sr",
        "user/Patient.rr",
        "user/Patient.x",
        "user/Patient.Read",
        "user/patient.rs",
        "User/Patient.rs",
        "user/Nothing.rs",
        "user/.rs",
        "user:Patient.read",
        "system:Patient.read",
        "user/Patient.rs?category=x",
        "user/Patient.rs ",
        " user/Patient.rs",
        "user/Patient.rs\n",
        "user//Patient.rs",
        "patient/*.rs",
        "launch",
        "openid",
        "user/Patient.*.rs",
        "user/*.write.read",
        "user/Patient.reads",
        "user/Pаtient.rs",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(Invalid) as caught:
        scopes.parse(text)
    assert caught.value.code == "scope"
