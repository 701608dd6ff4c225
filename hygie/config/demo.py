"""The demonstration: a folder that holds a whole fictive country, loaded once, then served.

The folder's state is told by two files: `loading` while a load goes on, `country.json` when it is whole. A load that
was interrupted is found by the first one, and started again in a clean folder.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.core.management import call_command
from django.db import connection

from hygie.config import processes, secret_files, state, static, welcome
from hygie.config.processes import CannotServe
from hygie.config.progress import Progress

SEED = 1
PEOPLE = 200
_LOADING = "loading"
_LOADED = "country.json"
_READY = "ready.json"
# What a load writes, and so what may be removed before another one. Nothing else in the folder is ever touched.
_OURS = ("hygie.sqlite3", "hygie.sqlite3-wal", "hygie.sqlite3-shm", "hygie.sqlite3-journal", "blobs", "static")
_OUR_KEYS = ("demo-secret-key", "demo-master-key", _READY, state.FILE)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked; None where the loaded country, or else the default, decides."""

    folder: Path
    port: int
    seed: int | None
    people: int | None
    serve: bool
    workers: int
    bench: bool = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def plan_state(choices: Choices) -> state.State:
    return state.plan(choices.folder, choices.port, choices.base_url, serve=choices.serve)


def environment(choices: Choices, services: state.State) -> dict[str, str]:
    """What the settings read: the embedded database of the folder, or an empty PostgreSQL that HYGIE_DATABASE_URL names."""
    return {
        **services.environment(),
        "HYGIE_MODE": "demo",
        "HYGIE_DATA": str(choices.folder),
        "HYGIE_BASE_URL": choices.base_url,
    }


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """One demonstration at a time in a folder. Raises CannotServe."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotServe(f"another demonstration runs in {folder}; stop it, or choose another folder") from error
        yield


def prepare_folder(choices: Choices) -> bool:
    """Before the settings are read: says whether the country is to be loaded, in a folder that is clean for it."""
    (choices.folder / _READY).unlink(missing_ok=True)
    loaded = choices.folder / _LOADED
    if loaded.exists():
        _check_same_country(choices, json.loads(loaded.read_text(encoding="utf-8")))
        return False
    if (choices.folder / _LOADING).exists():
        welcome.say("The last load was interrupted: starting again in a clean folder.")
        for name in (*_OURS, *_OUR_KEYS):
            path = choices.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    elif (choices.folder / "hygie.sqlite3").exists():
        raise CannotServe(f"{choices.folder} holds a database that this command did not make; choose another folder")
    return True


def _check_same_country(choices: Choices, loaded: dict[str, Any]) -> None:
    for name, asked in (("seed", choices.seed), ("people", choices.people)):
        if asked is not None and asked != loaded[name]:
            raise CannotServe(
                f"{choices.folder} holds a country made with {name} {loaded[name]}, not {asked};"
                f" choose another folder, or remove this one to make it again"
            )


def run(choices: Choices, services: state.State, *, load: bool) -> None:
    """After django.setup()."""
    country = _load(choices) if load else _read_loaded(choices)
    if choices.bench:
        _add_bench(choices, country)
    static.gather()
    ready = _with_addresses(country["ready"], choices.base_url) | _write_state(choices, services, country)
    if not choices.serve:
        secret_files.write(choices.folder / _READY, ready)
        welcome.say(f"The country is ready in {choices.folder}; {_READY} has its accounts.")
        return
    _serve(choices, services, ready, country)


def _write_state(choices: Choices, services: state.State, country: dict[str, Any]) -> dict[str, Any]:
    """The file of the services of the State; gives what ready.json says of them."""
    from hygie.lib.clock import now
    from hygie.simulators.country.people import REFERENCE
    from hygie.simulators.state import identities

    reference = min(REFERENCE, now().date())
    content = services.content(identities.build(country["seed"], country["people"], reference))
    secret_files.write(choices.folder / state.FILE, content)
    providers = list(identities.ready(content["providers"]))
    return {"identity_providers": providers, "letterbox_url": services.letterbox_url}


def _read_loaded(choices: Choices) -> dict[str, Any]:
    """A country loaded by an earlier version gets the tables of this one."""
    call_command("migrate", interactive=False, verbosity=0)
    return cast(dict[str, Any], json.loads((choices.folder / _LOADED).read_text(encoding="utf-8")))


def _load(choices: Choices) -> dict[str, Any]:
    from hygie.config import worker
    from hygie.config.env import load as load_environment
    from hygie.identity import queries as identity
    from hygie.lib.clock import now
    from hygie.simulators.country import load as country

    (choices.folder / _LOADING).touch()
    progress = Progress()
    progress("Database", 0, 0)
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # A load that is cut is started again from nothing: it need not survive a power cut line by line.
            cursor.execute("PRAGMA synchronous=OFF")
    elif identity.has_spaces():
        # Fictive people never join others: a database that holds anybody is not ours to fill.
        (choices.folder / _LOADING).unlink()
        raise CannotServe("the database of HYGIE_DATABASE_URL is not empty; give an empty one")
    seed = SEED if choices.seed is None else choices.seed
    people = PEOPLE if choices.people is None else choices.people
    report = country.load_country(seed=seed, people=people, now=now(), progress=progress)
    shared = load_environment().find_shared()
    if shared is not None:
        country.load_samples(report, shared=shared, now=now(), progress=progress)
    worker.run(once=True, stop_asked=lambda: False)
    progress.end()
    connection.close()
    loaded = {"seed": seed, "people": people, "samples": shared is not None}
    loaded["ready"] = country.ready(report, choices.base_url)
    secret_files.write(choices.folder / _LOADED, loaded)
    (choices.folder / _LOADING).unlink()
    return loaded


def _add_bench(choices: Choices, country: dict[str, Any]) -> None:
    """A client of kind `bench` among those of ready.json; the same one each time it is asked for."""
    from hygie.simulators import bench

    if "bench" not in country:
        kept = {**country, "bench": bench.register()}
        secret_files.write(choices.folder / _LOADED, kept)
        country["bench"] = kept["bench"]
    country["ready"] = {**country["ready"], "clients": [*country["ready"]["clients"], country["bench"]]}


def _with_addresses(ready: dict[str, Any], base_url: str) -> dict[str, Any]:
    """The same country may be served on another port than last time."""
    addresses = {"fhir_base": "/fhir", "token_url": "/oauth/token", "deposit_url": "/dmp/documents"}
    return {**ready, "base_url": base_url, **{name: base_url + path for name, path in addresses.items()}}


def _serve(choices: Choices, services: state.State, ready: dict[str, Any], country: dict[str, Any]) -> None:
    group = processes.Group(choices.folder / "log")
    with processes.stop_asked() as stop_asked:
        try:
            group.start("web", processes.web_command(host="127.0.0.1", port=choices.port, workers=choices.workers))
            group.start("worker", processes.worker_command())
            group.start("state", state.command(choices.folder / state.FILE, services.port))
            processes.wait_until_healthy(group, choices.port, stop_asked)
            if not stop_asked():
                secret_files.write(choices.folder / _READY, ready)
                welcome.show(ready, choices.folder, people=country["people"], seed=country["seed"])
            processes.stay(group, stop_asked)
        finally:
            group.stop()
