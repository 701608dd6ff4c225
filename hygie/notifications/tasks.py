"""What the worker does with the events of this room."""

import uuid

from hygie.lib import clock
from hygie.notifications import actions


def deliver(space_id: uuid.UUID, reference: str) -> None:
    actions.deliver(reference, now=clock.now())
