import base64
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from hygie.config.checks import find_weaknesses
from hygie.config.env import Env

KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = "k3Jd9sLq0Zx8Vb7Nm6Qw5Er4Ty3Ui2Op1As0Df9Gh8Jk7Lz6Xc5"
REAL_INS = frozenset({"1.2.250.1.213.1.4.8"})
DATABASE = "postgresql://hygie:secret@db.example.org/hygie?sslmode=verify-full"


def _strong(folder: Path, **changes: object) -> SimpleNamespace:
    key = folder / "master-key"
    key.write_text(KEY)
    values: dict[str, object] = {
        "HYGIE_DEMO": False,
        "DEBUG": False,
        "HYGIE_DATA": folder,
        "SECRET_KEY": SECRET,
        "HYGIE_MASTER_KEY": f"file:{key}",
        "HYGIE_BASE_URL": "https://sante.example.org",
        "ALLOWED_HOSTS": ["sante.example.org"],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
        "HYGIE_ACCEPTED_INS_OIDS": REAL_INS,
        "HYGIE_TOKEN_SECONDS": 600,
        "HYGIE_SESSION_IDLE_SECONDS": 900,
        "HYGIE_MATRIX": "matrix.csv",
        "HYGIE_IDENTITY_PROVIDERS": {"franceconnect": {"issuer": ""}, "prosanteconnect": {"issuer": ""}},
    }
    return SimpleNamespace(**(values | changes))


def _env(**values: str) -> Env:
    return Env({"HYGIE_DATABASE_URL": DATABASE} | values)


def _names(settings: object, env: Env, level: str) -> set[str]:
    return {weakness.name for weakness in find_weaknesses(settings, env) if weakness.level == level}


def test_strong_settings_have_no_weakness(tmp_path):
    assert find_weaknesses(_strong(tmp_path), _env()) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"HYGIE_DEMO": True}, "HYGIE_MODE"),
        ({"DEBUG": True}, "DEBUG"),
        ({"SECRET_KEY": "short"}, "HYGIE_SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "HYGIE_SECRET_KEY"),
        ({"HYGIE_MASTER_KEY": ""}, "HYGIE_MASTER_KEY"),
        ({"HYGIE_MASTER_KEY": "file:/nowhere"}, "HYGIE_MASTER_KEY"),
        ({"HYGIE_MASTER_KEY": "keys:AAAA"}, "HYGIE_MASTER_KEY"),
        ({"HYGIE_MASTER_KEY": "class:hygie.lib.clock:Nothing"}, "HYGIE_MASTER_KEY"),
        ({"HYGIE_BASE_URL": "http://sante.example.org"}, "HYGIE_BASE_URL"),
        ({"ALLOWED_HOSTS": ["*"]}, "HYGIE_ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": [".example.org"]}, "HYGIE_ALLOWED_HOSTS"),
        ({"HYGIE_ACCEPTED_INS_OIDS": frozenset({"1.2.250.1.213.1.4.10"})}, "HYGIE_ACCEPTED_INS_OIDS"),
        ({"HYGIE_TOKEN_SECONDS": 3600}, "HYGIE_TOKEN_SECONDS"),
    ],
)
def test_a_weak_setting_is_an_error_with_its_name(tmp_path, change, name):
    assert _names(_strong(tmp_path, **change), _env(), "error") == {name}


def test_an_empty_secret_is_an_error(tmp_path):
    class WithoutSecret(SimpleNamespace):
        @property
        def SECRET_KEY(self) -> str:
            raise ImproperlyConfigured

    found = find_weaknesses(WithoutSecret(**{**vars(_strong(tmp_path)), "SECRET_KEY": None}), _env())
    assert [weakness.name for weakness in found] == ["HYGIE_SECRET_KEY"]


def test_the_key_of_the_demonstration_is_recognised_even_when_it_was_copied(tmp_path):
    (tmp_path / "demo-master-key").write_text(KEY)
    assert _names(_strong(tmp_path), _env(), "error") == {"HYGIE_MASTER_KEY"}
    (tmp_path / "demo-master-key").write_text(base64.b64encode(bytes(32)).decode())
    assert _names(_strong(tmp_path), _env(), "error") == set()


def test_a_log_of_libraries_is_refused(tmp_path):
    assert _names(_strong(tmp_path), _env(HYGIE_LOG_LEVEL="debug"), "error") == {"HYGIE_LOG_LEVEL"}


@pytest.mark.parametrize(
    ("change", "env", "name"),
    [
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, {}, "HYGIE_DATABASE_URL"),
        ({}, {"HYGIE_DATABASE_URL": "postgresql://hygie:x@db.example.org/hygie"}, "HYGIE_DATABASE_URL"),
        ({"HYGIE_MASTER_KEY": f"keys:{KEY}"}, {}, "HYGIE_MASTER_KEY"),
        ({"HYGIE_SESSION_IDLE_SECONDS": 7200}, {}, "HYGIE_SESSION_MINUTES"),
        ({"HYGIE_MATRIX": ""}, {}, "HYGIE_MATRIX"),
    ],
)
def test_what_deserves_a_thought_is_a_warning(tmp_path, change, env, name):
    settings = _strong(tmp_path, **change)
    assert _names(settings, _env(**env), "warning") == {name}
    assert _names(settings, _env(**env), "error") == set()


def test_no_sentence_prints_a_value(tmp_path):
    settings = _strong(tmp_path, SECRET_KEY="short-secret", HYGIE_MASTER_KEY="keys:c2VjcmV0")
    said = " ".join(weakness.sentence for weakness in find_weaknesses(settings, _env()))
    assert "short-secret" not in said
    assert "c2VjcmV0" not in said
