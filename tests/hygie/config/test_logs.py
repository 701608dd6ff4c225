import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from hygie.config.logs import AccessLog, OneLine

SECRET = "180127512345678"


def _line(record: logging.LogRecord) -> dict[str, object]:
    text = OneLine().format(record)
    assert "\n" not in text
    return json.loads(text)


def _record(name: str, message: object, *arguments: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.WARNING, "views.py", 12, message, arguments, None)
    record.__dict__.update(extra)
    return record


def test_our_sentence_is_printed_with_its_codes():
    line = _line(_record("hygie.portals", "kind=%s count=%s", "Invalid", 3))
    assert line["message"] == "kind=Invalid count=3"
    assert line["level"] == "WARNING"
    assert line["time"].endswith("Z")


def test_an_error_given_as_argument_is_named_not_told():
    line = _line(_record("hygie.portals", "failed: %s", ValueError(SECRET)))
    assert line["message"] == "failed: ValueError"


@pytest.mark.parametrize("message", ["Not Found: %s", "Invalid host %r"])
def test_the_arguments_of_a_library_are_left_out(message):
    assert SECRET not in json.dumps(_line(_record("django.request", message, f"/x/{SECRET}")))


def test_a_library_that_built_its_sentence_is_named_by_place_only():
    assert _line(_record("django.security", f"bad {SECRET}")) | {"time": ""} == {
        "time": "",
        "level": "WARNING",
        "logger": "django.security",
        "place": "views:12",
    }


def test_an_exception_is_a_kind_and_a_place():
    try:
        int(SECRET + "x")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "views.py", 12, "x %s", ("y",), sys.exc_info())
    line = _line(record)
    assert line["error"] == "ValueError"
    assert line["at"].rpartition(":")[0].endswith("test_logs.py")
    assert SECRET not in json.dumps(line)


def test_fields_that_are_not_listed_are_left_out():
    line = _line(_record("hygie.x", "said", ms=1.5, patient=SECRET))
    assert line["ms"] == 1.5
    assert SECRET not in json.dumps(line)


@pytest.fixture
def lines(caplog) -> list[dict[str, object]]:
    caplog.set_level(logging.INFO, logger="hygie.access_log")

    def read() -> list[dict[str, object]]:
        return [_line(record) for record in caplog.records]

    return read


def test_a_request_is_one_line_without_its_address(lines):
    request = RequestFactory().post(f"/dossier/documents/{SECRET}/?mots={SECRET}", {"nom": SECRET})
    AccessLog(lambda _: HttpResponse(status=404))(request)
    (line,) = lines()
    assert (line["route"], line["method"], line["status"]) == ("none", "POST", 404)
    assert line["ms"] >= 0
    assert SECRET not in json.dumps(line)


def test_static_files_are_not_in_the_access_log(lines):
    AccessLog(lambda _: HttpResponse())(RequestFactory().get("/static/ui/theme.css"))
    assert lines() == []
