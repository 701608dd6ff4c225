"""The command as a person types it, in its own process."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hygie.config.env import VARIABLES

KEPT = {"PATH", "HOME", "LANG"}
PRODUCTION = {
    "HYGIE_MODE": "production",
    "HYGIE_SECRET_KEY": "k3Jd9sLq0Zx8Vb7Nm6Qw5Er4Ty3Ui2Op1As0Df9Gh8Jk7Lz6Xc5",
    "HYGIE_BASE_URL": "https://sante.example.org",
}


def _hygie(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in KEPT}
    command = [sys.executable, "-m", "hygie.config.cli", *arguments]
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def master_key(tmp_path: Path) -> str:
    path = tmp_path / "master"
    path.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    return f"file:{path}"


def test_a_bad_setting_is_named_and_its_value_kept_silent(tmp_path):
    done = _hygie("check", HYGIE_DATA=str(tmp_path), HYGIE_TOKEN_SECONDS="987654")
    assert (done.returncode, done.stderr) == (2, "hygie: HYGIE_TOKEN_SECONDS must be between 30 and 600\n")


def test_the_demonstration_is_refused_as_production(tmp_path):
    done = _hygie("check", HYGIE_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "HYGIE_MODE is demo" in done.stdout
    assert "HYGIE_MASTER_KEY is the demonstration's" in done.stdout


def test_strong_production_settings_pass_with_their_warnings(tmp_path, master_key):
    done = _hygie("check", HYGIE_DATA=str(tmp_path), HYGIE_MASTER_KEY=master_key, **PRODUCTION)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 to correct before serving people, 2 to think about." in done.stdout


def test_production_without_a_secret_is_told_what_is_missing(tmp_path, master_key):
    settings = PRODUCTION | {"HYGIE_SECRET_KEY": "", "HYGIE_MASTER_KEY": master_key}
    done = _hygie("check", HYGIE_DATA=str(tmp_path), **settings)
    assert done.returncode == 1, done.stderr
    assert "HYGIE_SECRET_KEY is empty" in done.stdout


def test_a_weak_production_does_not_serve(tmp_path):
    done = _hygie("serve", HYGIE_DATA=str(tmp_path), HYGIE_MASTER_KEY="", **PRODUCTION)
    assert done.returncode == 2
    assert "HYGIE_MASTER_KEY is empty" in done.stdout
    assert "not started" in done.stderr


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = _hygie("demo", "--port", port, "--data", str(tmp_path / "demo"))
    assert done.returncode == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_another_database_is_left_alone(tmp_path):
    (tmp_path / "hygie.sqlite3").write_bytes(b"precious")
    done = _hygie("demo", "--no-serve", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "choose another folder" in done.stderr
    assert (tmp_path / "hygie.sqlite3").read_bytes() == b"precious"


def test_another_country_in_the_folder_is_not_served_under_a_wrong_name(tmp_path):
    (tmp_path / "country.json").write_text(json.dumps({"seed": 1, "people": 200}))
    done = _hygie("demo", "--no-serve", "--data", str(tmp_path), "--seed", "2")
    assert done.returncode == 2
    assert "made with seed 1, not 2" in done.stderr


def test_tables_are_made_and_the_empty_log_is_whole(tmp_path):
    assert _hygie("migrate", HYGIE_DATA=str(tmp_path)).returncode == 0
    done = _hygie("trace", "verify", "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "0 spaces, 0 entries: the log is whole.\n")


def test_verify_makes_no_database_where_there_is_none(tmp_path):
    done = _hygie("trace", "verify", "--data", str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert "there is no database" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_the_worker_does_what_is_due_and_stops(tmp_path):
    assert _hygie("migrate", HYGIE_DATA=str(tmp_path)).returncode == 0
    done = _hygie("worker", "--once", HYGIE_DATA=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_good_matrix_is_used_from_then_on(tmp_path):
    good = tmp_path / "official.csv"
    good.write_text("profession,type_code,read,write,status,source\n10,*,1,1,official,arrêté\n")
    done = _hygie("load-matrix", str(good), HYGIE_DATA=str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 rows, 1 official")
    assert "HYGIE_MATRIX" not in _hygie("check", HYGIE_DATA=str(tmp_path / "data")).stdout


def test_a_bad_matrix_is_refused_with_its_line(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("profession,type_code,read,write,status,source\n10,*,yes,1,official,x\n")
    done = _hygie("load-matrix", str(bad), HYGIE_DATA=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "row 2: read and write are 0 or 1." in done.stderr
    assert not (tmp_path / "data" / "matrix.csv").exists()


def test_every_variable_has_a_sentence():
    assert all(variable.doc.endswith(".") for variable in VARIABLES)
