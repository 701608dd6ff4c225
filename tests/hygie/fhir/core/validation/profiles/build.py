"""StructureDefinitions for tests."""

from typing import Any

R4 = "http://hl7.org/fhir/StructureDefinition/"
Object = dict[str, Any]


def element(id: str, **rules: Any) -> Object:
    return {"id": id, "path": ".".join(step.partition(":")[0] for step in id.split("."))} | rules


def profile(url: str, type: str, *elements: Object, base: str = "", partial: bool = False) -> Object:
    """With a snapshot, or with the differential only."""
    root = {"id": type, "path": type, "min": 0, "max": "*"}
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "type": type,
        "kind": "resource",
        "derivation": "constraint",
        "baseDefinition": base or R4 + type,
        ("differential" if partial else "snapshot"): {"element": [root, *elements]},
    }


def sliced(*by: tuple[str, str], rules: str = "open", ordered: bool = False) -> Object:
    return {"discriminator": [{"type": type, "path": path} for type, path in by], "rules": rules, "ordered": ordered}
