"""A transaction is all or nothing whatever dies meanwhile, an acknowledged one stays, and sent again it has one effect.

The real server, SIGKILL at a random instant: all web processes, one of them, or a process of PostgreSQL. What the page cache
holds survives a kill: this is not a power cut.
"""

import base64
import http.client
import json
import threading
from random import Random
from typing import Any

from tests.hygie.api.conftest import observation
from tests.laws.conftest import Law
from tests.laws.server import Running

SIZE = 100
# No row without what it belongs to, in either direction.
ORPHANS = {
    "index rows of nothing": "SELECT COUNT(*) FROM fhir_index i WHERE NOT EXISTS (SELECT 1 FROM fhir_resource r "
    "WHERE (r.space_id, r.type, r.id) = (i.space_id, i.type, i.id))",
    "observations that no search finds": "SELECT COUNT(*) FROM fhir_resource r WHERE type = 'Observation' AND NOT EXISTS "
    "(SELECT 1 FROM fhir_index i WHERE (r.space_id, r.type, r.id) = (i.space_id, i.type, i.id))",
    "versions of nothing": "SELECT COUNT(*) FROM fhir_version v WHERE NOT EXISTS (SELECT 1 FROM fhir_resource r "
    "WHERE (r.space_id, r.type, r.id) = (v.space_id, v.type, v.id) AND r.version > v.version)",
    "gaps between versions": "SELECT COUNT(*) FROM fhir_resource r WHERE r.version - 1 <> (SELECT COUNT(*) FROM fhir_version v "
    "WHERE (r.space_id, r.type, r.id) = (v.space_id, v.type, v.id))",
}


def bundle(server: Running, mark: str) -> dict[str, Any]:
    """A hundred writes: observations, and a file, whose bytes are not in the database."""
    identified = [[{"system": "urn:kill", "value": f"{mark}-{n}"}] for n in range(SIZE - 1)]
    entries: list[dict[str, Any]] = [
        {
            "resource": observation(server.patient, identifier=identifier, category=[{"coding": [{"code": mark}]}]),
            "request": {
                "method": "POST",
                "url": "Observation",
                "ifNoneExist": f"identifier=urn:kill|{identifier[0]['value']}",
            },
        }
        for identifier in identified
    ]
    file = {
        "resourceType": "Binary", "contentType": "text/plain", "data": base64.b64encode(mark.encode()).decode(),
        "securityContext": {"reference": f"Patient/{server.patient}"},
    }  # fmt: skip
    entries.append({"resource": file, "request": {"method": "POST", "url": "Binary"}})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def found(server: Running, mark: str) -> int:
    """How many of its observations are there."""
    path = f"/fhir/Observation?patient={server.patient}&category={mark}&_summary=count"
    return int(json.loads(server.patiently("GET", path)[1])["total"])


def files(server: Running) -> list[int]:
    """The answer for each Binary of the space: its row and its file are there together."""
    _, body = server.patiently("GET", f"/fhir/Patient/{server.patient}/$everything?_type=Binary")
    found = [entry["resource"]["id"] for entry in json.loads(body).get("entry", ())]
    return [server.ask("GET", f"/fhir/Binary/{each}")[0] for each in found]


def struck(server: Running, mark: str, rng: Random) -> tuple[str, int]:
    """(what died, the answer: a status, or 0 for none) of a transaction during which something dies."""
    answers: list[int] = []

    def send() -> None:
        try:
            answers.append(server.ask("POST", "/fhir", bundle(server, mark))[0])
        except (OSError, http.client.HTTPException):
            answers.append(0)

    sender = threading.Thread(target=send)
    sender.start()
    sender.join(timeout=rng.uniform(0, 0.25))
    fault = rng.choice(("all", "worker", "backend"))
    match fault:
        case "all":
            server.kill()
        case "worker":
            server.kill_worker(rng)
        case "backend":
            server.kill_backend(rng)
    sender.join(timeout=60)
    if fault == "all":
        server.start()
    server.wait()
    return fault, answers[0]


def test_a_transaction_is_whole_or_not_there_whatever_dies(server: Running, law: Law) -> None:
    for rng in law.rounds(short=4):
        mark = f"m{rng.randrange(10**9)}"
        fault, status = struck(server, mark, rng)
        assert found(server, mark) in ((SIZE - 1,) if status == 200 else (0, SIZE - 1)), (fault, status)
        # Sent again, as a client does that had no answer: now it is there, once.
        assert server.patiently("POST", "/fhir", bundle(server, mark))[0] == 200
        assert found(server, mark) == SIZE - 1
        assert {name: server.count(statement) for name, statement in ORPHANS.items()} == dict.fromkeys(ORPHANS, 0), (
            fault
        )
        law.tried()
    assert "the log is whole" in server.hygie("trace", "verify")
    assert [status for status in files(server) if status != 200] == []


def test_half_a_transaction_would_be_seen(server: Running) -> None:
    """The planted defect: one of a hundred observations is taken out behind the server's back."""
    mark = "planted"
    assert server.patiently("POST", "/fhir", bundle(server, mark))[0] == 200
    assert found(server, mark) == SIZE - 1
    server.count(
        "WITH gone AS (DELETE FROM fhir_resource WHERE ctid IN (SELECT ctid FROM fhir_resource WHERE type = 'Observation' "
        "ORDER BY updated_at DESC LIMIT 1) RETURNING 1) SELECT COUNT(*) FROM gone"
    )
    assert found(server, mark) not in (0, SIZE - 1)
    assert server.count(ORPHANS["index rows of nothing"]) > 0
