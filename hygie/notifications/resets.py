"""The code of a forgotten password: sent by the worker, so that the page takes the same time for any name."""

import datetime as dt
import uuid

from hygie.identity.contacts.codes import MINUTES
from hygie.identity.sign_in import resets
from hygie.lib import clock
from hygie.notifications import actions, people


def send_code(space_id: uuid.UUID, reference: str) -> None:
    """The same code to each verified contact point: whoever reads one of them."""
    now = clock.now()
    drawn = resets.draw(uuid.UUID(reference), now=now)
    if drawn is None:
        return
    account, code, language = drawn
    for point in people.reached(account.space_id):
        actions.send(
            people.WAYS[point.system],
            point.value,
            "sign-in.reset",
            {"code": code, "minutes": str(MINUTES)},
            now=now,
            language=language,
            expires_at=now + dt.timedelta(minutes=MINUTES),
        )
