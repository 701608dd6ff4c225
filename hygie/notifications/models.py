"""Messages on their way."""

import uuid

from django.db import models


class Message(models.Model):
    """`sealed` holds the address, the values and the language, and is emptied when the message has left or expired."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    way = models.CharField(max_length=6)
    text = models.CharField(max_length=64)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # A worker that carries it has it to itself until then.
    held_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
