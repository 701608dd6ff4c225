"""The operations that this server has, told once: the CapabilityStatement, OpenAPI and the docs are made from this table.

A test compares it with the addresses of hygie/api/urls.py, both ways. https://hl7.org/fhir/R4/operations.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["system", "type", "instance"]
Method = Literal["GET", "POST", "DELETE"]
_DEFINITIONS = "http://hl7.org/fhir/OperationDefinition"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`type` is an R4 data type or resource, "" for one that has `parts` only; `max` a number or "*"."""

    name: str
    use: Literal["in", "out"]
    type: str
    min: int = 0
    max: str = "1"
    documentation: str = ""
    parts: tuple["Parameter", ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` has no `$`; `types` () means every served type; `url` is the canonical of the R4 (or guide's) definition.

    One row for each definition: `$export` of the bulk guide is three. Rows are in the order of names.
    `parameters` are those that are read here, not all that R4 names. `methods` are the same at each level.
    `statuses`: those of success.
    """

    name: str
    url: str
    levels: tuple[Level, ...]
    types: tuple[str, ...]
    methods: tuple[Method, ...]
    summary: str
    affects_state: bool = False
    parameters: tuple[Parameter, ...] = ()
    statuses: tuple[int, ...] = (200,)

    def on(self, level: Level, resource_type: str = "") -> bool:
        """Whether it is asked of this type at this level."""
        return level in self.levels and (level == "system" or not self.types or resource_type in self.types)


_BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_EXPORT = (
    Parameter("_outputFormat", "in", "string", documentation="application/fhir+ndjson, or nothing."),
    Parameter("_since", "in", "instant", documentation="What changed after; what was deleted since is listed too."),
    Parameter("_type", "in", "string", max="*", documentation="Only these types, separated by commas."),
    Parameter(
        "_typeFilter", "in", "string", max="*", documentation="Type?search: only what the search finds, of this type."
    ),
    Parameter("_elements", "in", "string", max="*", documentation="Only these elements, and what is mandatory."),
)
_EXPORT_PATIENT = Parameter("patient", "in", "Reference", max="*", documentation="POST only: these patients alone.")
_DESIGNATION = (
    Parameter("language", "out", "code"),
    Parameter("use", "out", "Coding"),
    Parameter("value", "out", "string", 1),
)
_PROPERTY = (Parameter("code", "out", "code", 1), Parameter("value", "out", "Element"))
_MATCH = (
    Parameter("equivalence", "out", "code"),
    Parameter("concept", "out", "Coding"),
    Parameter("source", "out", "uri"),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="document",
        url=f"{_DEFINITIONS}/Composition-document",
        levels=("instance",),
        types=("Composition",),
        methods=("GET",),
        summary="The document that a Composition heads, with all that it refers to and the reader may see.",
        parameters=(
            Parameter("persist", "in", "boolean", documentation="false only: the Bundle is made, not kept."),
            Parameter("return", "out", "Bundle", 1, documentation="A Bundle of type document, the Composition first."),
        ),
    ),
    Operation(
        name="everything",
        url=f"{_DEFINITIONS}/Patient-everything",
        levels=("instance",),
        types=("Patient",),
        methods=("GET",),
        summary="All that the client may see of one space, the Patient first.",
        parameters=(
            Parameter("start", "in", "date", documentation="What was done from this day on."),
            Parameter("end", "in", "date", documentation="What was done up to this day."),
            Parameter("_since", "in", "instant", documentation="What changed since."),
            Parameter("_type", "in", "code", max="*", documentation="Only these types, separated by commas."),
            Parameter("_count", "in", "integer", documentation="So many a page; 1,000 at most."),
            Parameter("return", "out", "Bundle", 1, documentation="A searchset."),
        ),
    ),
    Operation(
        name="expand",
        url=f"{_DEFINITIONS}/ValueSet-expand",
        levels=("type", "instance"),
        types=("ValueSet",),
        methods=("GET", "POST"),
        summary="The codes of a value set, as a flat list.",
        parameters=(
            Parameter("url", "in", "uri", documentation="The canonical of a loaded set."),
            Parameter("valueSet", "in", "ValueSet", documentation="The set itself, in a body."),
            Parameter("valueSetVersion", "in", "string"),
            Parameter("filter", "in", "string", documentation="Words of the code or of its names."),
            Parameter("offset", "in", "integer"),
            Parameter("count", "in", "integer", documentation="10,000 at most at once."),
            Parameter("includeDesignations", "in", "boolean"),
            Parameter("designation", "in", "string", max="*", documentation="A language whose names are told."),
            Parameter("includeDefinition", "in", "boolean"),
            Parameter("activeOnly", "in", "boolean"),
            Parameter("excludeNotForUI", "in", "boolean", documentation="Leaves out codes that only group others."),
            Parameter("displayLanguage", "in", "code"),
            Parameter("exclude-system", "in", "canonical", max="*"),
            Parameter(
                "system-version", "in", "canonical", max="*", documentation="Refused when another version is loaded."
            ),
            Parameter("check-system-version", "in", "canonical", max="*"),
            Parameter("force-system-version", "in", "canonical", max="*"),
            Parameter("return", "out", "ValueSet", 1),
        ),
    ),
    Operation(
        name="export",
        url=f"{_BULK}/export",
        levels=("system",),
        types=(),
        methods=("GET", "POST"),
        summary="Files of all that a client may see: its test spaces, and the registers.",
        parameters=_EXPORT,
        statuses=(202,),
    ),
    Operation(
        name="export",
        url=f"{_BULK}/group-export",
        levels=("instance",),
        types=("Group",),
        methods=("GET", "POST"),
        summary="Files of the patients of a Group who are open to the client.",
        parameters=(*_EXPORT, _EXPORT_PATIENT),
        statuses=(202,),
    ),
    Operation(
        name="export",
        url=f"{_BULK}/patient-export",
        levels=("type",),
        types=("Patient",),
        methods=("GET", "POST"),
        summary="Files of all the patients who are open to the client.",
        parameters=(*_EXPORT, _EXPORT_PATIENT),
        statuses=(202,),
    ),
    Operation(
        name="graphql",
        url=f"{_DEFINITIONS}/Resource-graphql",
        levels=("system", "instance"),
        types=(),
        methods=("GET", "POST"),
        summary="A GraphQL query, on one resource or on what can be read and searched.",
        parameters=(
            Parameter("query", "in", "string", 1, documentation="The query; also as the body, or in a JSON body."),
            Parameter("result", "out", "Binary", 1, documentation="application/json: data, errors."),
        ),
    ),
    Operation(
        name="lookup",
        url=f"{_DEFINITIONS}/CodeSystem-lookup",
        levels=("type",),
        types=("CodeSystem",),
        methods=("GET", "POST"),
        summary="What a code means: names, properties, what is above and below it.",
        parameters=(
            Parameter("code", "in", "code"),
            Parameter("system", "in", "uri"),
            Parameter("version", "in", "string"),
            Parameter("coding", "in", "Coding", documentation="In a body."),
            Parameter("displayLanguage", "in", "code"),
            Parameter("property", "in", "code", max="*", documentation="Only these properties."),
            Parameter("name", "out", "string", 1),
            Parameter("version", "out", "string"),
            Parameter("display", "out", "string", 1),
            Parameter("designation", "out", "", max="*", parts=_DESIGNATION),
            Parameter("property", "out", "", max="*", parts=_PROPERTY),
        ),
    ),
    Operation(
        name="meta",
        url=f"{_DEFINITIONS}/Resource-meta",
        levels=("instance",),
        types=(),
        methods=("GET",),
        summary="Profiles, tags and labels of a resource.",
        parameters=(Parameter("return", "out", "Meta", 1, documentation="The meta of the current version."),),
    ),
    Operation(
        name="subsumes",
        url=f"{_DEFINITIONS}/CodeSystem-subsumes",
        levels=("type", "instance"),
        types=("CodeSystem",),
        methods=("GET", "POST"),
        summary="Whether a code is above or below another one.",
        parameters=(
            Parameter("codeA", "in", "code"),
            Parameter("codeB", "in", "code"),
            Parameter("system", "in", "uri"),
            Parameter("version", "in", "string"),
            Parameter("codingA", "in", "Coding"),
            Parameter("codingB", "in", "Coding"),
            Parameter("outcome", "out", "code", 1, documentation="equivalent, subsumes, subsumed-by or not-subsumed."),
        ),
    ),
    Operation(
        name="translate",
        url=f"{_DEFINITIONS}/ConceptMap-translate",
        levels=("type", "instance"),
        types=("ConceptMap",),
        methods=("GET", "POST"),
        summary="A code in another code system, by the loaded maps.",
        parameters=(
            Parameter("url", "in", "uri", documentation="The map; else all those between source and target."),
            Parameter("conceptMap", "in", "ConceptMap"),
            Parameter("conceptMapVersion", "in", "string"),
            Parameter("code", "in", "code"),
            Parameter("system", "in", "uri"),
            Parameter("coding", "in", "Coding"),
            Parameter("codeableConcept", "in", "CodeableConcept"),
            Parameter("source", "in", "uri"),
            Parameter("target", "in", "uri"),
            Parameter("targetsystem", "in", "uri"),
            Parameter("reverse", "in", "boolean"),
            Parameter("result", "out", "boolean", 1),
            Parameter("message", "out", "string"),
            Parameter("match", "out", "", max="*", parts=_MATCH),
        ),
    ),
    Operation(
        name="validate",
        url=f"{_DEFINITIONS}/Resource-validate",
        levels=("type", "instance"),
        types=(),
        methods=("POST",),
        summary="What is wrong with a resource, and how to mend it; nothing is kept.",
        parameters=(
            Parameter(
                "resource",
                "in",
                "Resource",
                documentation="The body itself, or this parameter; not for the mode delete.",
            ),
            Parameter("mode", "in", "code", documentation="create, update, delete or profile; also in the address."),
            Parameter(
                "profile",
                "in",
                "uri",
                max="*",
                documentation="The canonical of a profile to check against; also in the address.",
            ),
            Parameter("return", "out", "OperationOutcome", 1, documentation="One issue for each fault."),
        ),
    ),
    Operation(
        name="validate-code",
        url=f"{_DEFINITIONS}/CodeSystem-validate-code",
        levels=("type", "instance"),
        types=("CodeSystem",),
        methods=("GET", "POST"),
        summary="Whether a code system has a code, and whether a name is one of it.",
        parameters=(
            Parameter("url", "in", "uri"),
            Parameter("codeSystem", "in", "CodeSystem"),
            Parameter("version", "in", "string"),
            Parameter("code", "in", "code"),
            Parameter(
                "display", "in", "string", documentation="Checked, when given: a wrong one makes the result false."
            ),
            Parameter("coding", "in", "Coding", documentation="In a body."),
            Parameter(
                "codeableConcept", "in", "CodeableConcept", documentation="In a body: one of its codings must be right."
            ),
            Parameter("displayLanguage", "in", "code"),
            Parameter("result", "out", "boolean", 1),
            Parameter("message", "out", "string", documentation="Why not."),
            Parameter("display", "out", "string", documentation="The right name."),
        ),
    ),
    Operation(
        name="validate-code",
        url=f"{_DEFINITIONS}/ValueSet-validate-code",
        levels=("type", "instance"),
        types=("ValueSet",),
        methods=("GET", "POST"),
        summary="Whether a value set has a code, and whether a name is one of it.",
        parameters=(
            Parameter("url", "in", "uri"),
            Parameter("valueSet", "in", "ValueSet"),
            Parameter("valueSetVersion", "in", "string"),
            Parameter("code", "in", "code"),
            Parameter("system", "in", "uri"),
            Parameter(
                "display", "in", "string", documentation="Checked, when given: a wrong one makes the result false."
            ),
            Parameter("coding", "in", "Coding", documentation="In a body."),
            Parameter(
                "codeableConcept", "in", "CodeableConcept", documentation="In a body: one of its codings must be right."
            ),
            Parameter("systemVersion", "in", "string"),
            Parameter("abstract", "in", "boolean", documentation="Codes that only group others are right too."),
            Parameter("displayLanguage", "in", "code"),
            Parameter("result", "out", "boolean", 1),
            Parameter("message", "out", "string", documentation="Why not."),
            Parameter("display", "out", "string", documentation="The right name."),
        ),
    ),
)


def of_type(resource_type: str) -> Iterator[Operation]:
    """The operations of a type, at its own level or at that of its instances."""
    return (each for each in OPERATIONS if each.on("type", resource_type) or each.on("instance", resource_type))


def of_system() -> Iterator[Operation]:
    return (each for each in OPERATIONS if each.on("system"))
