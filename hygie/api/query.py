"""The query string, read by FHIR's grammar and once: not by Django, which guesses encodings and joins nothing."""

from django.http import HttpRequest

from hygie.fhir.core import parameters


def pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """Raises BadQuery."""
    text = request.META.get("QUERY_STRING", "")
    return parameters.read_query(text) if text else []


def chosen_format(request: HttpRequest) -> str:
    """`_format`, "" when it is not given."""
    if "_format" not in request.META.get("QUERY_STRING", ""):
        return ""
    return next((value for key, value in pairs(request) if key == "_format"), "")


def is_pretty(request: HttpRequest) -> bool:
    return "_pretty=true" in request.META.get("QUERY_STRING", "")
