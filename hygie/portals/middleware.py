"""The human door: who is there, may this audience come in, and how an error is answered.

It decides nothing about health data: it reads the policy's audience, and the subjects decide the rest. The only
things that it takes from the session are the account, the profile shown and the structure acted for, and each is
checked again at every request.
"""

import logging
import secrets
import traceback
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from hygie.access import actions as access_actions
from hygie.access import levels
from hygie.access import queries as access_queries
from hygie.access.types import Permission
from hygie.identity import queries as identity_queries
from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import queries as sign_in
from hygie.identity.types import Actor, ActorKind, Channel, Level, Person
from hygie.lib import clock
from hygie.lib.errors import AccessRefused, HygieError, NotFound
from hygie.portals import exercises
from hygie.portals.errors import status_of
from hygie.portals.fresh import to_proof
from hygie.portals.policy import Policy, find_policy
from hygie.portals.ui.errors import error_page

SESSION = "session"
ACTING_SPACE = "acting_space"
ORGANIZATION = "organization_id"
_ORGANIZATION_VIEW = "professional:organization"
_STRONGER = "public:sign_in_raise"
# The idle limit starts again when this part of it has passed, not at each page.
_REFRESH_PARTS = 15
logger = logging.getLogger("hygie.portals")


class HumanDoor:
    """Last of the middleware: everything that a person opens passes here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.now = clock.now()
        request.actor = request.account = request.sign_in = None
        request.space_id = request.person = request.professional = request.exercise = None
        request.profiles, request.idle_seconds = (), 0
        if _body_too_large(request):
            return error_page(request, 413, code="too-long")
        try:
            if not _welcome(request):
                request.session.flush()
                return _to_sign_in(request, ended=True)
            response = self.get_response(request)
        except Exception as error:  # noqa: BLE001 - what fails before the view has no other page of ours
            response = _answer(request, error)
        return _seal(request, response)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        policy = find_policy(view)
        if policy is None:
            return _answer(request, AccessRefused("This view declares no policy.", code="no-policy"))
        if policy.audience == "public":
            return None
        if request.actor is None:
            return _to_sign_in(request, ended=settings.SESSION_COOKIE_NAME in request.COOKIES)
        if not _is_of_audience(request.actor, policy):
            return _answer(request, AccessRefused("This page is for another audience.", code="wrong-portal"))
        needed = required_level(policy)
        if request.actor.level < needed:
            return to_proof(request, **({"niveau": needed.word} if needed is Level.HIGH else {}))
        if _must_choose_structure(request, policy):
            return redirect(_ORGANIZATION_VIEW)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        return _answer(request, error)


def _body_too_large(request: HttpRequest) -> bool:
    """Refuse on the announced length, before anything reads the body."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    except ValueError:
        return True


def _welcome(request: HttpRequest) -> bool:
    """Put on the request who acts and whose space is shown; False when there was a session and it is over."""
    named = request.session.get(SESSION)
    if named is None:
        return True
    found = sign_in.find_session(named, now=request.now)
    if found is None:
        return False
    request.sign_in, request.account = found, found.account
    idle, _ = sign_in.limits(kiosk=found.kiosk)
    request.idle_seconds = int(idle.total_seconds())
    if request.now - found.seen_at > idle / _REFRESH_PARTS:
        sign_in_actions.touch(found.id, now=request.now)
    if found.account.professional_id is not None:
        return _welcome_professional(request, found.account.professional_id)
    if found.account.space_id is not None:
        _welcome_citizen(request, found.account.space_id, request.now)
    return True


def _welcome_professional(request: HttpRequest, professional_id: uuid.UUID) -> bool:
    try:
        professional = identity_queries.get_professional(professional_id)
    except NotFound:  # struck off the register since the sign-in
        return False
    organizations = {str(each.id): each.id for each in professional.organizations}
    chosen = organizations.get(str(request.session.get(ORGANIZATION, "")))
    if chosen is None and len(organizations) == 1:
        chosen = next(iter(organizations.values()))
    if exercises.is_offered(request.session):
        exercise = request.exercise = exercises.find_chosen(request.session, professional)
        chosen = exercises.organization_of(exercise)
        professional = exercises.exercised(professional, exercise)
    request.professional = professional
    request.actor = Actor(
        kind=ActorKind.PROFESSIONAL,
        channel=Channel.WEB,
        professional_id=professional.id,
        idnps=professional.idnps,
        profession=professional.profession,
        organization_id=chosen,
        level=request.sign_in.level,
    )
    return True


def _welcome_citizen(request: HttpRequest, own: uuid.UUID, now: datetime) -> None:
    actor = Actor(kind=ActorKind.CITIZEN, channel=Channel.WEB, space_id=own, level=request.sign_in.level)
    represented: dict[uuid.UUID, Person] | None = None

    def children() -> dict[uuid.UUID, Person]:
        nonlocal represented
        if represented is None:
            represented = {each.space_id: each for each in access_queries.list_represented(actor, now=now)}
        return represented

    shown = own
    wanted = request.session.get(ACTING_SPACE)
    if wanted is not None:
        found = next((each for each in children() if str(each) == str(wanted)), None)
        if found is None:
            del request.session[ACTING_SPACE]
        else:
            shown = found
    myself = SimpleLazyObject(lambda: identity_queries.get_person(own))
    request.actor = actor
    request.space_id = shown
    request.person = myself if shown == own else children()[shown]
    request.profiles = SimpleLazyObject(lambda: (myself, *children().values()))


def _is_of_audience(actor: Actor, policy: Policy) -> bool:
    return policy.audience == "signed-in" or policy.audience == actor.kind


def required_level(policy: Policy) -> Level:
    """The highest level that the acts of a page ask for; the rules check each act again."""
    return max((levels.required(Permission(act)) for act in policy.permissions if act != "none"), default=Level.LOW)


def _must_choose_structure(request: HttpRequest, policy: Policy) -> bool:
    """A professional of several structures says for which one he acts before he opens anything."""
    if policy.audience != "professional" or request.actor.organization_id is not None:
        return False
    match = request.resolver_match
    return bool(request.professional.organizations) and match.view_name != _ORGANIZATION_VIEW


def _to_sign_in(request: HttpRequest, *, ended: bool) -> HttpResponse:
    """Only the path comes back after sign-in: the words of a search do not travel in an address."""
    query = {}
    if request.method in ("GET", "HEAD"):
        query["suite"] = request.path
    if ended:
        query["fin"] = "session"
    target = reverse("public:sign_in")
    response = redirect(f"{target}?{urlencode(query)}" if query else target)
    response["Cache-Control"] = "no-store"
    if ended:
        # Nobody pressed « Quitter »: what the browser kept of the pages goes with the session all the same.
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page of an error. A refusal that carries a trace entry is journalled before the answer leaves."""
    if isinstance(error, HygieError):
        try:
            access_actions.journal_refusal(error)
        except Exception as failure:  # noqa: BLE001 - a refusal that cannot be journalled is a failure of the house
            return _failure(request, failure)
        code = error.code if not isinstance(error, NotFound) else ""
        return error_page(request, status_of(error), code=code)
    status = status_of(error)
    return error_page(request, status) if status != 500 else _failure(request, error)


def _failure(request: HttpRequest, error: Exception) -> HttpResponse:
    """Log where it broke, never what the exception says: its text may hold somebody's data."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    route = getattr(request.resolver_match, "route", "") or "-"
    logger.error("incident=%s kind=%s route=%s at=%s", incident, type(error).__name__, route, where)
    return error_page(request, 500, code=incident)


def _seal(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code == 405 and not getattr(response, "content", b"-"):
        allow = response.get("Allow", "")
        response = error_page(request, 405)
        response["Allow"] = allow
    if request.actor is not None or response.status_code >= 400:
        response["Cache-Control"] = "no-store"
    elif not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    return response
