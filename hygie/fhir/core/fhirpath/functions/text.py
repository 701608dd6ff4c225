"""Functions of strings. https://hl7.org/fhirpath/N1/#string-manipulation"""

import base64
import binascii
import html
import json

from hygie.fhir.core.fhirpath import regex
from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.functions.signature import Function, text_argument, texts
from hygie.fhir.core.fhirpath.run import Code, Items, Run, plain

_BASE64 = {"base64": (base64.b64encode, None), "urlbase64": (base64.urlsafe_b64encode, b"-_")}


def _substring(_run: Run, text: str, start: int, length: int | None = None) -> str | None:
    if not 0 <= start < len(text):
        return None
    return text[start:] if length is None else text[start : start + max(length, 0)]


def _replace(run: Run, text: str, old: str, new: str) -> str:
    """An empty `old` is found around each character: `'abc'.replace('', 'x')` is `xaxbxcx`."""
    run.check_length(len(text) + (text.count(old) + 1) * len(new))
    return text.replace(old, new)


def _encode(_run: Run, text: str, form: str) -> str:
    if form == "hex":
        return text.encode().hex()
    if form not in _BASE64:
        raise ExecutionFault("encode() knows hex, base64 and urlbase64.")
    return _BASE64[form][0](text.encode()).decode("ascii")


def _decode(_run: Run, text: str, form: str) -> str | None:
    if form not in ("hex", *_BASE64):
        raise ExecutionFault("decode() knows hex, base64 and urlbase64.")
    try:
        if form == "hex":
            return bytes.fromhex(text).decode()
        return base64.b64decode(text, altchars=_BASE64[form][1], validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _escape(_run: Run, text: str, target: str) -> str:
    match target:
        case "html":
            return html.escape(text)
        case "json":
            return json.dumps(text, ensure_ascii=False)[1:-1]
    raise ExecutionFault("escape() knows html and json.")


def _unescape(_run: Run, text: str, target: str) -> str | None:
    match target:
        case "html":
            return html.unescape(text)
        case "json":
            return _from_json(text)
    raise ExecutionFault("unescape() knows html and json.")


def _from_json(text: str) -> str | None:
    if "\\" not in text:
        return text
    try:
        value = json.loads(f'"{text}"')
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _split(run: Run, text: str, separator: str) -> list[str]:
    run.spend(text.count(separator) + 1 if separator else len(text))
    return text.split(separator) if separator else list(text)


def _to_chars(run: Run, text: str) -> list[str]:
    run.spend(len(text))
    return list(text)


def _join(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    separator = text_argument(run, this, arguments[0], "join()") if arguments else ""
    parts = [value for item in items if (value := plain(item)) is not None]
    if not all(isinstance(part, str) for part in parts):
        raise ExecutionFault("join() takes strings only.")
    if not parts:
        return []
    separator = separator or ""
    run.check_length(sum(len(part) + len(separator) for part in parts))
    return [run.text(separator.join(parts))]


FUNCTIONS = {
    "indexOf": texts("indexOf()", lambda _run, text, part: text.find(part), str, gives="Integer"),
    "lastIndexOf": texts("lastIndexOf()", lambda _run, text, part: text.rfind(part), str, gives="Integer"),
    "substring": texts("substring()", _substring, int, int, optional=1),
    "startsWith": texts("startsWith()", lambda _run, text, part: text.startswith(part), str, gives="Boolean"),
    "endsWith": texts("endsWith()", lambda _run, text, part: text.endswith(part), str, gives="Boolean"),
    "contains": texts("contains()", lambda _run, text, part: part in text, str, gives="Boolean"),
    "upper": texts("upper()", lambda _run, text: text.upper()),
    "lower": texts("lower()", lambda _run, text: text.lower()),
    "trim": texts("trim()", lambda _run, text: text.strip()),
    "length": texts("length()", lambda _run, text: len(text), gives="Integer"),
    "replace": texts("replace()", _replace, str, str),
    "matches": texts("matches()", regex.matches, str, gives="Boolean"),
    "matchesFull": texts("matchesFull()", regex.matches_full, str, gives="Boolean"),
    "replaceMatches": texts("replaceMatches()", regex.replace_matches, str, str),
    "encode": texts("encode()", _encode, str),
    "decode": texts("decode()", _decode, str),
    "escape": texts("escape()", _escape, str),
    "unescape": texts("unescape()", _unescape, str),
    "toChars": texts("toChars()", _to_chars),
    "split": texts("split()", _split, str),
    "join": Function(_join, 0, 1, gives="String"),
}
