"""Is the journal whole? Reads one snapshot, so that acts which are being written do not look like faults."""

from django.db import OperationalError, ProgrammingError, connection, transaction

from hygie.trace.queries import verify_all


def verify_trace() -> int:
    """Prints the first bad entry of each bad space. 0: whole; 1: not; 2: no journal here."""
    if connection.vendor == "sqlite":
        connection.transaction_mode = "DEFERRED"  # readers and writers do not wait for one another
    spaces = entries = bad = 0
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    cursor.execute("SET LOCAL statement_timeout = 0")
            for space_id, count, fault in verify_all():
                spaces, entries = spaces + 1, entries + count
                if fault is not None:
                    bad += 1
                    print(f"space {space_id}, entry {fault.seq}: {fault.kind}: {fault.detail}")
    except (OperationalError, ProgrammingError) as error:
        print(f"The journal cannot be read: {type(error).__name__}.")
        return 2
    except (TypeError, ValueError) as error:
        print(f"An entry is not of the form that was written, and cannot be read at all: {type(error).__name__}.")
        return 1
    whole = "the log is whole" if not bad else f"the log is NOT whole in {bad} of them"
    print(f"{spaces} spaces, {entries} entries: {whole}.")
    return 1 if bad else 0
