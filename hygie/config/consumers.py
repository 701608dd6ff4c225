"""Who is told of which event, once the act that made it is committed. Every consumer is idempotent."""

from collections.abc import Mapping, Sequence

from hygie.identity.sign_in.resets import ASKED as RESET_ASKED
from hygie.lib.outbox.actions import Consumer
from hygie.notifications.actions import QUEUED
from hygie.notifications.resets import send_code
from hygie.notifications.tasks import deliver
from hygie.record.deposit import DEPOSITED
from hygie.record.tasks import index_files

CONSUMERS: Mapping[str, Sequence[Consumer]] = {DEPOSITED: (index_files,), QUEUED: (deliver,), RESET_ASKED: (send_code,)}
