"""The invariants of R4 as rules of the shapes: FHIRPath on the elements that they are written for, and on nothing else.

Those of BY_HAND are Python, here and beside what they are about: nearly every resource meets them. Tests compare them with
the published expressions.
"""

from collections.abc import Iterable
from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.definitions import Element, Invariant, TypeDef, load
from hygie.fhir.core.validation.issues import Faults, Found, fault
from hygie.fhir.core.validation.primitives import Check
from hygie.fhir.core.validation.run import Run

BY_HAND = frozenset(
    "ext-1 att-1 per-1 cpt-2 qty-3 sqty-1 rng-2 rat-1 ref-1 txt-1 txt-2 dom-2 dom-3 dom-4 dom-5 dom-6 obs-6"
    " bdl-1 bdl-2 bdl-3 bdl-4 bdl-5 bdl-7 bdl-8 bdl-9 bdl-10 bdl-11 bdl-12".split()
)
_ENVIRONMENT = fhirpath.Environment(steps=100_000)  # About 0.1 s of CPU for one invariant on one element,
_COST_OF_BUDGET = 12_000  # which is that of so many ordinary evaluations.


def on_type(kind: TypeDef) -> tuple[Check, ...]:
    """Those on objects of the type: its own, and those of its bases, which name the base."""
    chain = {kind.name}
    at = kind.name
    while at := load().types[at].base:
        chain.add(at)
    own = [each for each in load().invariants(kind.name) if each.path in chain]
    checks = _checks(own, kind.name)
    if load().is_a(kind.name, "DomainResource"):
        checks = (_check_narrative_exists, *checks)
    return (_check_absent_value, *checks) if kind.name == "Observation" else checks


def on_element(kind: TypeDef, element: Element, type_name: str) -> tuple[Check, ...]:
    """Those that a type puts on an element whose type is a type of its own: `Organization.telecom`."""
    path = f"{kind.name}.{element.name}"
    # That of a backbone is the name of its shape: said there.
    own = [] if path in load().types else [each for each in kind.invariants if each.path == path]
    return _checks(own, type_name)


def _checks(invariants: Iterable[Invariant], type_name: str) -> tuple[Check, ...]:
    return tuple(_check_of(each, type_name) for each in invariants if each.key not in BY_HAND)


def _check_of(invariant: Invariant, type_name: str) -> Check:
    expression = fhirpath.compile(invariant.expression)
    definitions = load()

    def check(value: Any, run: Run) -> Found:
        if not run.allowance.spend():
            return _too_many(run)
        try:
            holds = expression.evaluate_boolean(
                fhirpath.node(value, type_name, definitions=definitions),
                resource=run.resource,
                root=run.root,
                definitions=definitions,
                environment=_ENVIRONMENT,
            )
        except fhirpath.FhirpathError:
            return _unknown(invariant)
        except fhirpath.Budget:
            run.allowance.spend(_COST_OF_BUDGET)
            return _unknown(invariant)
        # It holds when it is true: an empty answer is not.
        if holds is True:
            return None
        return fault(invariant.key, f"{invariant.human}.", code="invariant", severity=invariant.severity)

    return check


def _unknown(invariant: Invariant) -> Faults:
    message = f"This rule could not be evaluated here, check it by hand: {invariant.human}."
    return fault(invariant.key, message, code="processing", severity="warning")


def _too_many(run: Run) -> Found:
    if run.allowance.is_told:
        return None
    run.allowance.is_told = True
    message = "There is too much to evaluate: not all invariants were. Send it in smaller parts."
    return fault("invariants", message, code="too-costly", severity="warning")


def _check_narrative_exists(value: dict[str, Any], _run: Run) -> Found:
    if "div" in value.get("text", ()):
        return None
    return fault("dom-6", "A resource should have a narrative: add `text`.", code="invariant", severity="warning")


def _check_absent_value(value: dict[str, Any], _run: Run) -> Found:
    if "dataAbsentReason" not in value or not any(name.startswith(("value", "_value")) for name in value):
        return None
    return fault("obs-6", "dataAbsentReason is only there when there is no value: take one out.", code="invariant")
