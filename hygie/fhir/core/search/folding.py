"""The comparable form of a text: what people type finds what people wrote. https://hl7.org/fhir/R4/search.html#string"""

import hashlib
import unicodedata

MAX_VALUE = 240
"""Characters of a value in the index: four bytes each still fit a page of a PostgreSQL B-tree three times."""
_KEPT = 200
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})


def fold(text: str) -> str:
    """Lower case, without accents, one blank between words."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).casefold()
        text = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(text.lower().split())


def clip(value: str) -> str:
    """The value as the index keeps it: a long one is its beginning and a digest, so that equality still holds."""
    if len(value) <= MAX_VALUE:
        return value
    return f"{value[:_KEPT]}#{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
