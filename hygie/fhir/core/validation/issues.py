"""What is wrong with a resource, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """`code` is of http://hl7.org/fhir/issue-type; `path` is FHIRPath; `rule` is ours, or the key of an R4 invariant.

    `message` is a sentence for a developer and holds no value of the resource: values are health data.
    """

    severity: Severity
    code: str
    path: str
    rule: str
    message: str


class Fault:
    """An issue on its way up: each level adds its own step, so that a right resource builds no path at all."""

    __slots__ = ("code", "message", "rule", "severity", "steps")

    def __init__(self, rule: str, message: str, code: str, severity: Severity, steps: list[str]) -> None:
        self.rule = rule
        self.message = message
        self.code = code
        self.severity: Severity = severity
        self.steps = steps  # From the element upwards: `[1]`, `given`, `[0]`, `name`.

    def told_from(self, root: str) -> Issue:
        path = root
        for step in reversed(self.steps):
            path += step if step.startswith("[") else "." + step
        return Issue(self.severity, self.code, path, self.rule, self.message)


Faults = list[Fault]
Found = Faults | None  # None: nothing is wrong, without a list for it.


def fault(rule: str, message: str, *below: str, code: str = "structure", severity: Severity = "error") -> Faults:
    """One fault; `below` are the steps from where the check stands down to the element."""
    return [Fault(rule, message, code, severity, list(reversed(below)))]


def under(step: str, found: Iterable[Fault]) -> Iterable[Fault]:
    """The same faults, seen from one level higher."""
    for each in found:
        each.steps.append(step)
    return found


def is_wrong(found: Iterable[Fault]) -> bool:
    """There is an error, and not only warnings."""
    return any(each.severity == "error" for each in found)
