"""Who is told of which event, once the act that made it is committed. Every consumer is idempotent."""

from collections.abc import Mapping, Sequence

from hygie.lib.outbox.actions import Consumer
from hygie.record.deposit import DEPOSITED
from hygie.record.tasks import index_files

CONSUMERS: Mapping[str, Sequence[Consumer]] = {DEPOSITED: (index_files,)}
