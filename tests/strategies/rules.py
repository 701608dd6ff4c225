"""What R4 asks of particular types beyond their structure, built into what the strategies make.

`VALUES`: what an element holds. `ALWAYS`: optional elements that are always made. `NEVER`: those that are never, since they
would bring rules about several elements that are not worth making. `mend`: rules between elements, of an object that is
made otherwise. Each rule is named after the invariant of R4.
"""

from typing import Any

from hypothesis import strategies as st

from tests.strategies.primitives import PRIMITIVES, absolute, codes, positive_decimals, texts

_UCUM = "http://unitsofmeasure.org"
Object = dict[str, Any]
_LINK_IDS = st.uuids().map(str)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Meta.versionId": PRIMITIVES["id"],
    "Narrative.status": st.sampled_from(["generated", "additional"]),
    "Attachment.contentType": st.sampled_from(["text/plain", "application/pdf"]),
    "Coding.system": st.sampled_from(["https://example.org/codes", "urn:oid:1.2.250.1.71"]) | absolute,
    "Identifier.system": absolute,
    "Expression.language": st.just("text/cql"),
    "Expression.expression": texts,
    "ElementDefinition.path": st.sampled_from(["Patient.name", "Patient.contact.name"]),  # eld-19
    "ElementDefinition.max": st.sampled_from(["*", "1", "7"]),  # eld-3, eld-2
    "ElementDefinition.min": st.sampled_from([0, 1]),
    "ElementDefinition.binding": st.just({"strength": "example", "description": "x"}),  # eld-12
    "Questionnaire.item.linkId": _LINK_IDS,  # que-2
    "Questionnaire.item.type": st.sampled_from(["string", "integer", "decimal"]),  # que-1, que-3 to que-13
    "Questionnaire.item.enableWhen": st.builds(
        lambda link: {"question": link, "operator": "exists", "answerBoolean": True}, _LINK_IDS
    ),
    "MolecularSequence.coordinateSystem": st.sampled_from([0, 1]),  # msq-3
    "MessageDefinition.focus.max": st.sampled_from(["*", "1"]),  # md-1
    "Measure.group.stratifier": st.builds(lambda text: {"description": text}, texts),  # mea-1
    "ValueSet.compose.include.system": absolute,
    "ValueSet.compose.exclude.system": absolute,
    "Group.actual": st.just(True),  # grp-1
    "SearchParameter.type": st.just("reference"),  # spd-2
    "SearchParameter.expression": st.just("Patient.link.other | Observation.subject"),
    "SearchParameter.base": st.just("Resource"),
    "OperationDefinition.parameter.type": st.sampled_from(["string", "Coding"]),  # opd-2, opd-3
    "TriggerDefinition.type": st.just("named-event"),  # trd-3
    "TerminologyCapabilities.kind": st.just("requirements"),  # tcp-3 to tcp-5
    "CapabilityStatement.kind": st.just("requirements"),  # cpb-14 to cpb-16
    "Reference.type": st.just("Patient"),
    "NamingSystem.kind": st.just("codesystem"),  # nsd-1
    "MeasureReport.type": st.just("individual"),  # mrp-1
    "StructureDefinition.type": st.just("Patient"),
    "StructureDefinition.kind": st.just("resource"),
    "StructureDefinition.url": st.builds("https://example.org/fhir/StructureDefinition/{}".format, st.uuids()),
    "StructureDefinition.derivation": st.just("constraint"),
    "StructureDefinition.baseDefinition": st.just("http://hl7.org/fhir/StructureDefinition/Patient"),
    "StructureDefinition.differential": st.builds(
        lambda text: {
            "element": [{"id": "Patient", "path": "Patient"}, {"id": "Patient.name", "path": "Patient.name", "short": text}]
        },
        texts,
    ),
    "Signature.who": st.just({"display": "x"}),
    "Appointment.status": st.sampled_from(["proposed", "waitlist"]),  # app-3
    "List.mode": st.just("changes"),  # lst-2
    "CodeSystem.content": st.sampled_from(["fragment", "not-present"]),
    "CodeSystem.property.uri": st.uuids().map("https://example.org/property/{}".format),
    "CodeSystem.property.code": st.uuids().map(str),
    "CodeSystem.concept.code": st.uuids().map(str),  # csd-1
    "RelatedArtifact.document": st.just({"url": "https://example.org/x"}),
}  # fmt: skip

ALWAYS: dict[str, tuple[str, ...]] = {
    "Range": ("low",),
    "AllergyIntolerance": ("clinicalStatus",),  # ait-1
    "Appointment.participant": ("type",),  # app-1
    "AppointmentResponse": ("participantType",),  # apr-1
    "CapabilityStatement": ("rest", "description"),  # cpb-1, cpb-2
    "CareTeam": ("subject",),
    "Composition.section": ("text",),  # cmp-1
    "Condition.evidence": ("code",),
    "Condition.stage": ("summary",),
    "Consent": ("patient", "policyRule"),  # ppc-1 to ppc-5
    "CoverageEligibilityResponse.insurance.item": ("category",),  # ces-1
    "DataRequirement.codeFilter": ("path",),  # drq-1
    "DataRequirement.dateFilter": ("path",),
    "Expression": ("expression",),
    "Immunization.education": ("documentType",),
    "ImmunizationRecommendation.recommendation": ("vaccineCode",),
    "InsurancePlan": ("name",),
    "MedicationAdministration.dosage": ("dose",),
    "Observation.referenceRange": ("text",),
    "OperationDefinition.parameter": ("type",),
    "Organization": ("name",),
    "Patient.contact": ("name",),
    "RequestGroup.action": ("resource",),  # rqg-1
    "ServiceRequest": ("code",),  # prr-1
    "StructureDefinition": ("baseDefinition", "differential", "derivation"),
    "StructureDefinition.mapping": ("name",),
    "TerminologyCapabilities": ("description",),
    "TestReport.setup.action": ("operation",),
    "TestReport.test.action": ("operation",),
    "TestScript.setup.action": ("operation",),
    "TestScript.test.action": ("operation",),
    "TestScript.setup.action.operation": ("url",),
    "TestScript.metadata.capability": ("required",),
    "TriggerDefinition": ("name",),
    "ValueSet.compose.include": ("system",),
    "ValueSet.expansion.contains": ("system", "code"),
    "MolecularSequence.referenceSeq": ("referenceSeqString",),
    "ConceptMap.group.element.target": ("comment",),
    "ConceptMap.group.unmapped": ("code", "url"),
    "Questionnaire.item": ("text",),
    "ElementDefinition.slicing": ("description",),
    "Goal.target": ("measure",),
}

NEVER: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "Age": "comparator", "Count": "comparator", "Distance": "comparator", "Duration": "comparator",
        "SimpleQuantity": "comparator", "MoneyQuantity": "comparator",
        "Attachment": "size hash",
        "Appointment": "start end cancelationReason", "AuditEvent.entity": "query",
        "CapabilityStatement": "messaging document implementation software", "CapabilityStatement.rest": "resource",
        "CarePlan.activity": "reference", "CareTeam.participant": "onBehalfOf",
        "CodeSystem": "supplements count", "Composition.section": "emptyReason section",
        "ConceptMap.group.element.target": "dependsOn product",
        "Condition": "abatement verificationStatus", "AllergyIntolerance": "verificationStatus",
        "CoverageEligibilityResponse.insurance.item": "productOrService",
        "DataRequirement.codeFilter": "searchParam", "DataRequirement.dateFilter": "searchParam",
        "ElementDefinition": "contentReference fixed pattern defaultValue binding type constraint slicing sliceName"
                             " sliceIsConstraining isModifier meaningWhenMissing example minValue maxValue base",
        "FamilyMemberHistory": "age born estimatedAge",
        "Goal.target": "detail",
        "ImplementationGuide": "definition", "List": "emptyReason", "MedicationDispense": "whenHandedOver whenPrepared",
        "MolecularSequence.referenceSeq": "chromosome genomeBuild referenceSeqId referenceSeqPointer",
        "Measure.group.stratifier": "component", "MeasureReport.group.stratifier": "stratum",
        "NamingSystem": "", "NamingSystem.uniqueId": "preferred",
        "Observation": "dataAbsentReason component",
        "OperationDefinition.parameter": "searchType targetProfile part",
        "Questionnaire.item": "answerValueSet answerOption initial maxLength required repeats readOnly item code",
        "QuestionnaireResponse.item": "answer",
        "RequestGroup.action": "action", "RiskAssessment.prediction": "probability",
        "SearchParameter": "xpath component", "StructureDefinition": "snapshot context contextInvariant",
        "StructureMap.group.rule.target": "element context", "Task": "authoredOn",
        "TerminologyCapabilities": "software implementation", "TerminologyCapabilities.codeSystem": "version",
        "TestReport.setup.action": "assert", "TestReport.test.action": "assert", "TestScript.setup.action": "assert",
        "TestScript.test.action": "assert", "TestScript.setup.action.operation": "params targetId",
        "TestScript.variable": "headerField path",
        "Timing.repeat": "offset timeOfDay durationMax periodMax countMax duration period bounds",
        "TriggerDefinition": "data timing condition", "ValueSet.compose.include": "concept filter",
        "ValueSet.compose.exclude": "concept filter", "Dosage": "", "Provenance": "", "Period": "",
        "Coding": "userSelected",
        "SubstanceAmount": "", "Range": "high",
    }.items()
}  # fmt: skip


def may_add(kind: str, name: str) -> bool:
    return name not in NEVER.get(kind, ())


def bind(kind: str, made: Object, bound: tuple[str, str]) -> None:
    """Puts a code of the required set where this type has it."""
    system, code = bound
    if kind == "CodeableConcept":
        made["coding"] = [{"system": system, "code": code} if system else {"code": code}]
    elif kind in ("Coding", "Quantity"):
        made |= {"system": system, "code": code}


def _quantity(made: Object, maker: Any) -> None:  # qty-3
    if "code" in made and "system" not in made:
        made["system"] = "https://example.org/units"


def _ucum(unit: str) -> Any:
    def mend(made: Object, maker: Any) -> None:  # age-1, cnt-3, dis-1, drt-1
        for name in ("_value", "_code", "_system"):
            made.pop(name, None)
        made |= {"value": 1 if unit == "1" else maker.draw(positive_decimals.filter(lambda value: value > 0))}
        made |= {"system": _UCUM, "code": unit}

    return mend


def _currency(made: Object, maker: Any) -> None:  # mqty-1
    for name in ("_value", "_code", "_system"):
        made.pop(name, None)
    made |= {"value": maker.draw(positive_decimals), "system": "urn:iso:std:iso:4217", "code": "EUR"}


def _contact_point(made: Object, maker: Any) -> None:  # cpt-2
    made.setdefault("system", "phone")


def _attachment(made: Object, maker: Any) -> None:  # att-1
    made.setdefault("contentType", "text/plain")


def _extension(made: Object, maker: Any) -> None:  # ext-1
    values = [name for name in made if name.lstrip("_").startswith("value")]
    if "extension" in made:
        for name in values:
            del made[name]
    elif not values:
        made["valueString"] = maker.draw(texts)


def _period(made: Object, maker: Any) -> None:  # per-1
    if "start" in made and "end" in made:
        made["start"], made["end"] = "2026-01-02T03:04:05.6+02:00", "2026-01-02T03:04:05.60+02:00"


def _ratio(made: Object, maker: Any) -> None:  # rat-1
    for name in ("numerator", "denominator"):
        made.setdefault(name, {"value": maker.draw(positive_decimals)})


def _range(made: Object, maker: Any) -> None:  # rng-2
    low = made["low"].get("value")
    if low is not None and maker.draw(st.booleans()):
        made["high"] = {
            name: value for name, value in made["low"].items() if name in ("value", "unit", "system", "code")
        }


def _codeable(made: Object, maker: Any) -> None:
    if "coding" in made:
        made["coding"] = [maker.coding() for _ in made["coding"]]


def _allergy(made: Object, maker: Any) -> None:  # ait-1
    code = maker.draw(st.sampled_from(["active", "resolved"]))
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    made["clinicalStatus"] = {"coding": [{"system": system, "code": code}]}


def _no_home(made: Object, maker: Any) -> None:  # org-2, org-3
    for each in (*made.get("telecom", ()), *made.get("address", ())):
        if each.get("use") == "home":
            each["use"] = "work"


def _linkage(made: Object, maker: Any) -> None:  # lnk-1
    made["item"].append({"type": "alternate", "resource": {"display": "b"}})


def _list(made: Object, maker: Any) -> None:  # lst-3
    for entry in made.get("entry", ()):
        for name in ("date", "_date"):
            entry.pop(name, None)


def _timing(made: Object, maker: Any) -> None:  # tim-1, tim-2, tim-8
    if maker.draw(st.booleans()):
        made |= {"period": maker.draw(positive_decimals), "periodUnit": "d"}


def _search_parameter(made: Object, maker: Any) -> None:  # spd-1
    made.setdefault("xpathUsage", "normal")
    made["base"] = ["Resource"]
    made.pop("_base", None)


def _systems(made: Object, maker: Any) -> None:
    """nsd-2 needs no more: `preferred` is not made."""
    for index, each in enumerate(made.get("uniqueId", ())):
        each["value"] = f"{index}-{each['value']}"


def _distinct(name: str) -> Any:
    """Codes that are told once."""

    def mend(made: Object, maker: Any) -> None:
        if name in made:
            made[name] = made[name][:1]
            made.pop(f"_{name}", None)

    return mend


def _code_only(made: Object, maker: Any) -> None:
    if "code" in made:
        made["code"] = maker.draw(codes)


def _enabled(made: Object, maker: Any) -> None:  # que-7, que-12
    if "enableWhen" in made:
        made.setdefault("enableBehavior", "any")


_MENDS: dict[str, tuple[Any, ...]] = {
    "Quantity": (_quantity,), "SimpleQuantity": (_quantity,), "Age": (_ucum("a"),), "Count": (_ucum("1"),),
    "Distance": (_ucum("km"),), "Duration": (_ucum("h"),), "MoneyQuantity": (_currency,),
    "ContactPoint": (_contact_point,), "Attachment": (_attachment,), "Extension": (_extension,), "Period": (_period,),
    "Ratio": (_ratio,), "Range": (_range,), "CodeableConcept": (_codeable,), "AllergyIntolerance": (_allergy,),
    "Organization": (_no_home,), "Linkage": (_linkage,), "List": (_list,), "Timing.repeat": (_timing,),
    "SearchParameter": (_search_parameter,), "NamingSystem": (_systems,),
    "ElementDefinition": (_code_only,), "Questionnaire.item": (_enabled,), "CodeSystem": (_distinct("filter"),),
}  # fmt: skip


def mend(kind: str, made: Object, maker: Any, depth: int) -> None:
    """Makes the rules between the elements of this object hold."""
    for each in _MENDS.get(kind, ()):
        each(made, maker)
