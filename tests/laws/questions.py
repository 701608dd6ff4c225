"""Questions about a type: every parameter that it can be searched by, with every modifier and prefix, and how answers come."""

from collections.abc import Iterator
from random import Random

from hygie.fhir.core.definitions import load
from hygie.fhir.http.search import TYPES
from tests.laws.invent import DAYS, NAMES, SYSTEMS, URIS

PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
TOKENS = ("a", f"{SYSTEMS[0]}|a", "|a", f"{SYSTEMS[0]}|", "a,b", "active", "final")
STRINGS = ("ete", "et", "x\\, y")
_HERE = [f"{{space}}.{name}" for name in NAMES]
REFERENCES = (*_HERE, "Device/p", "Practitioner/q", "http://elsewhere.example/Device/p")
VALUES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "token": (("", TOKENS), (":not", TOKENS), (":text", ("ete",)), (":of-type", (f"{SYSTEMS[0]}|a|a",)),
              (":in", ("http://hl7.org/fhir/ValueSet/observation-status",)),
              (":not-in", ("http://hl7.org/fhir/ValueSet/observation-status",))),
    "string": (("", STRINGS), (":exact", ("ete", "Été chaud")), (":contains", ("t", "chaud"))),
    "date": (("", tuple(f"{prefix}{day}" for prefix in PREFIXES for day in DAYS[1:3])),),
    "number": (("", tuple(f"{prefix}1" for prefix in (*PREFIXES, "ap"))),),
    "quantity": (("", tuple(f"{prefix}{value}" for prefix in (*PREFIXES, "ap")
                            for value in ("1", "1|http://unitsofmeasure.org|kg", "1||g"))),),
    "uri": (("", URIS), (":below", URIS[::2]), (":above", URIS[1::2])),
    "reference": (("", REFERENCES), (":identifier", (f"{SYSTEMS[0]}|a", "a"))),
    "composite": (("", ("a$a", "a$gt0", "a$2026", "a$ete", "{space}.p$a", "a$a$a")),),
}  # fmt: skip


def of_parameter(name: str, kind: str) -> Iterator[str]:
    for modifier, values in VALUES[kind]:
        yield from (f"{name}{modifier}={value}" for value in values)
    if kind != "composite":
        yield from (f"{name}:missing={value}" for value in ("true", "false"))


def plain(type_name: str) -> list[str]:
    """Criteria on the type's own parameters, and those that every type has."""
    found = [
        each
        for name, kind in TYPES[type_name].parameters.items()
        if name != "_lastUpdated"
        for each in of_parameter(name, kind)
    ]
    ids = ",".join(f"{{space}}.{name}" for name in NAMES[:2])
    found += [f"_id={ids}", f"_id:not={ids}", "_lastUpdated=ge2026", "_lastUpdated=lt2026", "_list={space}.p"]
    return [*found, "_tag=a", "_tag:not=a", "_security=a", "_profile:below=http://u.example", "_source=urn:oid:1.2.3"]


def references(type_name: str) -> list[tuple[str, tuple[str, ...]]]:
    """(parameter, the types that it may name) of the references of a type."""
    found = load().search_parameters(type_name).values()
    told = [(each.code, tuple(t for t in each.target if t in TYPES)) for each in found if each.type == "reference"]
    return [(code, targets) for code, targets in told if targets]


def through(type_name: str, others: list[str], rng: Random) -> list[str]:
    """Chains, `_has`, includes: what leads to other resources, or comes from them."""
    found = ["_include=*", "_include=*&_include:iterate=*"]
    for code, targets in references(type_name):
        target = rng.choice([each for each in targets if each in others] or list(targets))
        found += [f"_include={type_name}:{code}", f"_include={type_name}:{code}:{target}"]
        found += [f"{code}:{target}.{each}" for each in rng.sample(plain(target), 3) if not each.startswith("_list")]
    for other in others:
        for code, targets in references(other):
            if type_name in targets:
                found += [f"_revinclude={other}:{code}", f"_revinclude={other}:{code}&_include:iterate={other}:{code}"]
                found += [f"_has:{other}:{code}:{each}" for each in rng.sample(plain(other), 3)]
    return found


def shown(type_name: str, criterion: str) -> list[str]:
    """One criterion, and the ways to show what it finds: counts, pages, orders, parts."""
    keys = [
        "_lastUpdated",
        "-_id",
        *(name for name in TYPES[type_name].parameters if name in ("date", "code", "status", "identifier")),
    ]
    ways = ["_summary=count", "_count=0", "_count=1", "_total=none&_count=2", "_elements=status", "_summary=true"]
    return [f"{criterion}&{way}" for way in [*ways, *(f"_sort={key}&_count=1" for key in keys)]]
