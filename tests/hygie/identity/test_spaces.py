"""One space for one INS, whatever happens at the same time."""

import threading

import pytest
from django.db import connection

from hygie.identity.models import Space
from hygie.lib.errors import Conflict
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_of_many_creations_at_once_one_makes_the_space():
    made, refused, others = [], [], []
    start = threading.Barrier(6)

    def create() -> None:
        start.wait()
        try:
            made.append(factories.space())
        except Conflict as error:
            refused.append(error.code)
        except Exception as error:  # noqa: BLE001 - what the test is about
            others.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), refused, others) == (1, ["ins-taken"] * 5, [])
    assert Space.objects.count() == 1
