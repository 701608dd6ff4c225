"""What the demonstration prints when it is ready: the address, the accounts and what to try first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hygie.terminology import queries as terminology

_SHOWN = 4


def say(sentence: str) -> None:
    print(sentence, flush=True)


def show(ready: dict[str, Any], folder: Path, *, people: int, seed: int) -> None:
    say("\n".join(_lines(ready, folder, people=people, seed=seed)))


def _lines(ready: dict[str, Any], folder: Path, *, people: int, seed: int) -> Iterator[str]:
    yield ""
    yield f"  Hygie répond sur  {ready['base_url']}"
    yield f"  DONNÉES FICTIVES : {people} personnes inventées, graine {seed}. Aucune n'existe."
    yield ""
    yield from _accounts("Citoyens", [(_person(each), each) for each in ready["people"] if each.get("username")])
    yield from _accounts("Professionnels", [(_professional(each), each) for each in ready["professionals"]])
    yield f"  Services de l'État, simulés : FranceConnect+ et Pro Santé Connect {_root(ready['letterbox_url'])}"
    yield f"  Codes par e-mail, SMS et lettre : {ready['letterbox_url']}"
    yield ""
    yield f"  Deuxième preuve à la connexion : hygie code IDENTIFIANT --data {folder} (chaque code sert une fois),"
    yield "  ou le secret totp_secret de ready.json dans une application de codes."
    yield ""
    yield "  À essayer d'abord"
    yield f"    1. Ouvrir {ready['base_url']} et se connecter avec un compte de citoyen : Mes documents, puis Accès."
    yield "    2. Masquer un document, et voir avec un compte de professionnel qu'il n'est plus là."
    yield "    3. Revenir chez le citoyen : Accès, « Qui a vu » raconte tout."
    yield "    4. Déposer un document comme un logiciel : les lignes curl du README."
    yield f"    5. hygie trace verify --data {folder}"
    yield ""
    yield f"  Tous les comptes et les clients de l'API : {folder / 'ready.json'}. Journaux : {folder / 'log'}."
    yield "  Ctrl-C arrête tout."


def _root(address: str) -> str:
    return address.removesuffix("boite/")


def _accounts(title: str, accounts: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    yield f"  {title:<46}identifiant               mot de passe"
    for label, account in accounts[:_SHOWN]:
        yield f"    {label[:42]:<44}{account['username']:<26}{account['password']}"
    yield ""


def _person(person: dict[str, Any]) -> str:
    return f"{person['given']} {person['family']}, {person['birth_date']}"


def _professional(professional: dict[str, Any]) -> str:
    profession = terminology.profession_label(professional["profession"])
    return f"{profession}, structure {professional['organization']}"
