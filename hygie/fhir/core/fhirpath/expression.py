"""A compiled expression, and the cache of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hygie.fhir.core.definitions import Definitions, load
from hygie.fhir.core.fhirpath.checking import check
from hygie.fhir.core.fhirpath.compiler import compile_tree
from hygie.fhir.core.fhirpath.errors import Budget
from hygie.fhir.core.fhirpath.model import Model, Node, model_of
from hygie.fhir.core.fhirpath.parser import parse
from hygie.fhir.core.fhirpath.run import Environment, Item, Items, Run, truth

_BARE = Environment()
CACHED = 4096


class Expression:
    """An expression that can be evaluated any number of times, by several threads at once. It has no state."""

    __slots__ = ("_code", "source", "tree")

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = parse(source)
        self._code = compile_tree(self.tree)

    def evaluate(
        self,
        focus: Any,
        *,
        resource: Any = None,
        root: Any = None,
        variables: Mapping[str, Any] | None = None,
        definitions: Definitions | None = None,
        environment: Environment = _BARE,
        strict: bool = False,
    ) -> Items:
        """The items that the expression gives: `Node` for FHIR elements, Python values for System types.

        `focus`: the resource as decoded JSON, a `Node`, a list of these, or None. `resource` and `root` are %resource and
        %rootResource when the focus is an element or a contained resource; else the focus is both. `variables`: `%name` → the
        same forms, or System values. `strict`: what the types say can never be right is refused before anything is evaluated.

        Raises SemanticFault, ExecutionFault, Budget.
        """
        model = model_of(definitions or load())
        items = _items(model, focus)
        if strict:
            check(self.tree, model, items)
        run = Run(model, environment, items, strict=strict)
        if resource is not None:
            run.resource = run.root = _items(model, resource)
        if root is not None:
            run.root = _items(model, root)
        if variables:
            run.variables = {name: _items(model, value) for name, value in variables.items()}
        try:
            return self._code(run, items)
        except RecursionError as error:
            raise Budget("The expression is nested too deep.") from error

    def evaluate_boolean(self, focus: Any, **arguments: Any) -> bool | None:
        """The same, for a criterion or an invariant: None when the answer is empty. Raises ExecutionFault for several items."""
        return truth(self.evaluate(focus, **arguments), "A criterion")

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


def _items(model: Model, value: Any) -> Items:
    if value.__class__ is Node:
        return [value]
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [item for each in value for item in _items(model, each)]
    if isinstance(value, Mapping):
        return [model.resource(value)]
    item: Item = value
    return [item]


@lru_cache(maxsize=CACHED)
def compile(expression: str) -> Expression:
    """Raises SyntaxFault, SemanticFault."""
    return Expression(expression)


def node(
    value: Any, type_name: str, extra: dict[str, Any] | None = None, *, definitions: Definitions | None = None
) -> Node:
    """An element of a resource as a focus: its JSON, its type (a backbone's path: `Patient.contact`), its `_name` sibling.

    Raises KeyError for a type that the definitions do not have.
    """
    return Node(value, model_of(definitions or load()).shape(type_name), extra)
