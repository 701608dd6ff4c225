"""What every test stands on: the environment, the database of this run, the closed network, the shared folder.

`HYGIE_TEST_DB` chooses the database: `sqlite` (default) runs every test; `postgresql` starts a server of the run's own
and runs the tests that use a database, since the others have nothing more to say there.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from tests.cluster import Cluster, NoPostgreSQL

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).parent.parent
_KEPT = ("HYGIE_SHARED", "HYGIE_TEST_DB", "HYGIE_CAMPAIGN_MINUTES", "HYGIE_CAMPAIGN_SEED")
_DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"})

for _name in [name for name in os.environ if name.startswith("HYGIE_") and name not in _KEPT]:
    del os.environ[_name]
# The one browser of the run keeps an event loop in the main thread; Django would refuse its own database calls there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
_data = tempfile.mkdtemp(prefix="hygie-test-")
os.environ["HYGIE_DATA"] = _data
os.environ["DJANGO_SETTINGS_MODULE"] = "hygie.config.settings"
_on_postgresql = os.environ.get("HYGIE_TEST_DB", "sqlite") == "postgresql"
_cluster: Cluster | None = None

# The same examples each time, so that a red run stays red; `make campaign` looks for new ones.
hypothesis_settings.register_profile("every-run", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.register_profile("campaign", deadline=None, max_examples=5000)
hypothesis_settings.load_profile("every-run")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _cluster
    if _on_postgresql and not config.option.collectonly:
        try:
            _cluster = Cluster().__enter__()
        except NoPostgreSQL as error:
            raise pytest.UsageError(str(error)) from error
        os.environ["HYGIE_DATABASE_URL"] = _cluster.url
    from django.conf import settings

    if not _on_postgresql:
        # A file, as in the product: in memory, threads would share one connection's locks.
        settings.DATABASES["default"]["TEST"] = {"NAME": str(Path(_data) / "test.sqlite3")}
    # Same algorithm, tiny cost: tests make hundreds of accounts.
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2", *settings.PASSWORD_HASHERS[1:]]
    # The whole chain of middleware runs: the folder of collected files exists, as on a machine that is set up.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # The manifest of static files exists only after collectstatic.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def on_postgresql() -> bool:
    return _on_postgresql


def pytest_unconfigure() -> None:
    if _cluster is not None:
        _cluster.stop()
    shutil.rmtree(_data, ignore_errors=True)


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL, started by this run' if _on_postgresql else 'SQLite'}"


def _uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not _DATABASE_FIXTURES.isdisjoint(fixtures)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _on_postgresql:
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = kept


def find_shared() -> Path | None:
    """The folder of official samples: HYGIE_SHARED, else `shared` beside the project; None when it is not here."""
    path = Path(os.environ.get("HYGIE_SHARED") or REPOSITORY.parent / "shared")
    return path if (path / "samples").is_dir() else None


@pytest.fixture(scope="session")
def shared_path() -> Path:
    path = find_shared()
    if path is None:
        pytest.skip("NOT RUN: the official samples are not here (set HYGIE_SHARED to their folder)")
    return path


_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The one Chromium of the run. Pages are the same on either database: browsers run once, on SQLite."""
    from playwright.sync_api import sync_playwright

    if _on_postgresql:
        pytest.skip("browsers run once, with SQLite")
    program = next((path for path in map(shutil.which, _BROWSERS) if path), None)
    if program is None:
        pytest.skip("NOT RUN: Chromium is missing: apt-get install chromium")
    arguments = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()
