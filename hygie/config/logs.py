"""The log: one JSON object a line on standard error, made so that nothing a person wrote can be in it.

Never an exception's text, a path, a query string or a library's arguments: a matricule, a name or a token may be in any
of them. What is printed: our own sentences (their arguments are codes and counts, by habit and by review), a library's
sentence without its arguments, the route's name, the status, the duration, the kind of error and where it was raised.
"""

import json
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hygie.lib.clock import now, rfc3339

_ROOT = Path(__file__).resolve().parents[2]
_FIELDS = ("route", "method", "status", "ms", "event", "error", "code", "count", "attempts")
_access = logging.getLogger("hygie.access_log")


class OneLine(logging.Formatter):
    """time, level, logger, message or place, then the fields of `extra` that are listed above, then the error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"time": rfc3339(now()), "level": record.levelname, "logger": record.name}
        line.update(_sentence(record))
        line.update({name: record.__dict__[name] for name in _FIELDS if name in record.__dict__})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _place(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _sentence(record: logging.LogRecord) -> dict[str, str]:
    if record.name == "hygie" or record.name.startswith("hygie."):
        return {"message": _ours(record)}
    if isinstance(record.msg, str) and record.args:
        return {"message": record.msg}  # a template: what fills it may come from a person
    return {"place": f"{record.module}:{record.lineno}"}


def _ours(record: logging.LogRecord) -> str:
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    if isinstance(record.args, tuple):
        record.args = tuple(type(each).__name__ if isinstance(each, BaseException) else each for each in record.args)
    return record.getMessage()


def _place(error: BaseException | None) -> str:
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "hygie")]
    if not frames:
        return ""
    frame = (ours or frames)[-1]
    path = Path(frame.filename)
    shown = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(path.name)
    return f"{shown}:{frame.lineno}"


class AccessLog:
    """One line a request, with the route's name in place of its address. Static files are left out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self._get_response(request)
        if not request.path_info.startswith(settings.STATIC_URL):
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            fields = {"route": _route(request), "method": request.method, "status": response.status_code, "ms": elapsed}
            _access.info("request", extra=fields)
        return response


def _route(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name or "unnamed" if match is not None else "none"
