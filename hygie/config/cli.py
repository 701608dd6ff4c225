"""The `hygie` command. The environment is set before Django reads its settings, so imports of ours come late."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hygie.config.env import BadSetting
from hygie.config.processes import CannotServe, check_port, stop_asked, web_command

if TYPE_CHECKING:
    from hygie.config.checks import Weakness

_SETTINGS = "hygie.config.settings"


class Refused(Exception):
    """The command cannot go on; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 the answer is no, 2 the command cannot be run as asked."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        return 130
    except (BadSetting, CannotServe, Refused) as error:
        print(f"hygie: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hygie", description="A personal health space. Settings: docs/reference/settings.md"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_demo(commands)
    serve = _add(commands, "serve", _serve, "the web server, after the checks of production")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=0, help="processes; 0: two at most, by the cores")
    worker = _add(commands, "worker", _worker, "the work that follows acts, and the removal of what has expired")
    worker.add_argument("--once", action="store_true", help="stop when nothing is due")
    _add(commands, "check", _check, "name what makes this instance weak; exit status 1 when it must not serve people")
    _add(commands, "migrate", _migrate, "bring the database's tables to this version")
    matrix = _add(
        commands, "load-matrix", _load_matrix, "check the official habilitation matrix and use it from now on"
    )
    matrix.add_argument("file", type=Path)
    profiles = _add(commands, "load-profiles", _load_profiles, "keep the FHIR profiles of a package, and check by them")
    profiles.add_argument(
        "source", type=Path, nargs="+", help="package (.tgz), folder of StructureDefinitions, or one file"
    )
    terminology = _add(
        commands, "load-terminology", _load_terminology, "keep code systems, value sets and maps, and answer from them"
    )
    terminology.add_argument("source", type=Path, nargs="+", help="package (.tgz), folder of FHIR JSON, or one file")
    code = _add(commands, "code", _code, "the code that an account of the demonstration is asked for at sign-in")
    code.add_argument("username")
    code.add_argument("--data", type=Path, default=Path("var/demo"), help="folder of the country (default: var/demo)")
    trace = _add(commands, "trace", None, "the journal of who did what")
    verify = _add(trace.add_subparsers(required=True, metavar="command"), "verify", _verify, "is every chain whole?")
    verify.add_argument(
        "--data", type=Path, help="folder with an embedded database; else HYGIE_DATABASE_URL or HYGIE_DATA"
    )
    django = _add(commands, "django", _django, "for developers: any command of Django (makemigrations, shell…)")
    django.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int] | None,
    about: str,
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    if run is not None:
        command.set_defaults(run=run)
    return command


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = _add(commands, "demo", _demo, "make a fictive country, and serve it on this machine")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--data", type=Path, default=Path("var/demo"), help="folder of the country (default: var/demo)")
    demo.add_argument("--seed", type=int, help="same seed, same country (default: 1)")
    demo.add_argument("--people", type=int, help="how many people (default: 200)")
    demo.add_argument("--no-serve", action="store_true", help="write DIR/ready.json and stop")
    demo.add_argument("--workers", type=int, default=0, help="web processes; 0: two at most, by the cores")
    demo.add_argument("--bench", action="store_true", help="add to ready.json a client that opens test spaces")


def _set_up(**environment: str) -> None:
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    import django

    django.setup()


def _demo(options: argparse.Namespace) -> int:
    from hygie.config import demo

    folder = options.data.expanduser().resolve()
    choices = demo.Choices(
        folder, options.port, options.seed, options.people, not options.no_serve, options.workers, options.bench
    )
    if choices.serve:
        check_port(choices.port)
    with demo.hold(folder):
        load = demo.prepare_folder(choices)
        services = demo.plan_state(choices)
        _set_up(**demo.environment(choices, services))
        demo.run(choices, services, load=load)
    return 0


def _code(options: argparse.Namespace) -> int:
    """What an application of codes would show, for accounts whose secret is published in ready.json."""
    import json

    import pyotp

    path = options.data.expanduser() / "ready.json"
    if not path.exists():
        raise Refused(f"{path} is not there: start the demonstration first, or give its folder with --data")
    ready = json.loads(path.read_text(encoding="utf-8"))
    accounts = [*ready["people"], *ready["professionals"]]
    found = next((each for each in accounts if each.get("username") == options.username), None)
    if found is None:
        raise Refused(f"{path} has no account named {options.username}")
    print(pyotp.TOTP(found["totp_secret"]).now())
    return 0


def _serve(options: argparse.Namespace) -> int:
    _set_up()
    from django.conf import settings

    from hygie.config import static
    from hygie.config.checks import find_weaknesses

    if not settings.HYGIE_DEMO:
        errors = [each for each in find_weaknesses() if each.level == "error"]
        if errors:
            _print_weaknesses(errors)
            raise Refused("not started: the settings above are too weak for production")
    check_port(options.port, options.host)
    static.gather()
    command = web_command(host=options.host, port=options.port, workers=options.workers)
    os.execv(command[0], command)  # noqa: S606 (our own interpreter; the supervisor sees the server itself)


def _worker(options: argparse.Namespace) -> int:
    _set_up()
    from hygie.config import worker

    with stop_asked() as asked:
        worker.run(once=options.once, stop_asked=asked)
    return 0


def _check(options: argparse.Namespace) -> int:
    _set_up()
    from hygie.config.checks import find_weaknesses

    found = find_weaknesses()
    _print_weaknesses(found)
    errors = sum(each.level == "error" for each in found)
    print(f"{errors} to correct before serving people, {len(found) - errors} to think about.")
    return 1 if errors else 0


def _print_weaknesses(found: "list[Weakness]") -> None:
    for each in found:
        print(f"{each.level:<8}{each.name} {each.sentence}")


def _migrate(options: argparse.Namespace) -> int:
    _set_up()
    from django.core.management import call_command

    call_command("migrate", interactive=False)
    return 0


def _load_matrix(options: argparse.Namespace) -> int:
    _set_up()
    from django.conf import settings

    from hygie.access import matrix
    from hygie.lib.errors import Invalid

    try:
        rows = matrix.read_file(options.file)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{options.file} cannot be read: {type(error).__name__}") from error
    except Invalid as error:
        print(f"{options.file}: {error.path}: {error.message}", file=sys.stderr)
        return 1
    target = Path(settings.HYGIE_DATA) / "matrix.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    shutil.copyfile(options.file, draft)
    draft.replace(target)
    official = sum(row.status == "official" for row in rows)
    print(f"{len(rows)} rows, {official} official, copied to {target}. They hold when the servers are started again.")
    return 0


def _load_profiles(options: argparse.Namespace) -> int:
    _set_up()
    from django.conf import settings

    from hygie.config import profiles
    from hygie.lib.errors import Invalid, TooLarge

    folder = Path(settings.HYGIE_DATA) / "profiles"
    for each in options.source:
        try:
            told = profiles.keep(each, folder)
        except OSError as error:
            raise Refused(f"{each} cannot be read: {type(error).__name__}") from error
        except (Invalid, TooLarge) as error:
            print(f"{each}: {error.path}: {error.message}", file=sys.stderr)
            return 1
        print(told)
    print("They hold when the servers are started again.")
    return 0


def _load_terminology(options: argparse.Namespace) -> int:
    _set_up()
    from hygie.config import terminology

    try:
        kept, refused = terminology.keep_all(options.source)
    except OSError as error:
        raise Refused(f"{error.filename} cannot be read: {type(error).__name__}") from error
    for line in refused:
        print(line, file=sys.stderr)
    print(f"{kept} kept, {len(refused)} refused. They hold when the servers are started again.")
    return 1 if refused else 0


def _verify(options: argparse.Namespace) -> int:
    if options.data is not None:
        if not (options.data / "hygie.sqlite3").is_file():
            raise Refused(f"there is no database in {options.data}")
        _set_up(HYGIE_DATA=str(options.data.resolve()), HYGIE_DATABASE_URL="")
    else:
        _set_up()
    from hygie.config.verify import verify_trace

    return verify_trace()


def _django(options: argparse.Namespace) -> int:
    _set_up()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["hygie django", *options.rest])
    return 0


if __name__ == "__main__":
    sys.exit(main())
