"""The addresses of machines, served by `MachineDoor` only. Each method of each address has its policy."""

from django.urls import path, register_converter

from hygie.api import discovery, dmp, graphql, oauth, openapi
from hygie.api.fhir import document, export, resources, terminology
from hygie.api.fhir import interactions as fhir
from hygie.api.fhir.served import TYPES
from hygie.api.policy import Route, View

app_name = "api"


class ServedType:
    """A type of FHIR R4 that this server serves."""

    regex = "[A-Z][A-Za-z]+"

    def to_python(self, value: str) -> str:
        if value not in TYPES:
            raise ValueError
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ServedType, "fhir_type")

_TYPE = "fhir/<fhir_type:resource_type>"
_ONE = f"{_TYPE}/<str:logical_id>"


def _both(view: View) -> Route:
    """An operation that changes nothing: GET, and POST with Parameters."""
    return Route(get=view, post=view)


urlpatterns = [
    path("fhir", Route(post=fhir.bundle), name="bundle"),
    path("fhir/", Route(post=fhir.bundle), name="bundle-slash"),
    path("fhir/$graphql", Route(get=graphql.ask, post=graphql.ask), name="graphql"),
    path("fhir/$export", Route(get=export.of_system, post=export.of_system), name="export"),
    path("fhir/Patient/$export", Route(get=export.of_patients, post=export.of_patients), name="export-patients"),
    path("fhir/Group/<str:logical_id>/$export", Route(get=export.of_group, post=export.of_group), name="export-group"),
    path("fhir/bulk-export/<str:job_id>", Route(get=export.status, delete=export.cancel), name="export-status"),
    path("fhir/bulk-export/<str:job_id>/<int:number>.ndjson", Route(get=export.file), name="export-file"),
    path("fhir/CodeSystem/$lookup", _both(terminology.look_up), name="lookup"),
    path("fhir/CodeSystem/$subsumes", _both(terminology.subsumes), name="subsumes"),
    path("fhir/CodeSystem/<str:logical_id>/$subsumes", _both(terminology.subsumes), name="subsumes-instance"),
    path("fhir/CodeSystem/$validate-code", _both(terminology.validate_code_of_system), name="code-of-system"),
    path(
        "fhir/CodeSystem/<str:logical_id>/$validate-code",
        _both(terminology.validate_code_of_system),
        name="code-of-system-instance",
    ),
    path("fhir/ConceptMap/$translate", _both(terminology.translate), name="translate"),
    path("fhir/ConceptMap/<str:logical_id>/$translate", _both(terminology.translate), name="translate-instance"),
    path("fhir/ValueSet/$expand", _both(terminology.expand_set), name="expand"),
    path("fhir/ValueSet/<str:logical_id>/$expand", _both(terminology.expand_set), name="expand-instance"),
    path("fhir/ValueSet/$validate-code", _both(terminology.validate_code_of_set), name="code-of-set"),
    path(
        "fhir/ValueSet/<str:logical_id>/$validate-code",
        _both(terminology.validate_code_of_set),
        name="code-of-set-instance",
    ),
    path(
        _TYPE,
        Route(
            get=resources.find_many,
            post=fhir.create_one,
            put=fhir.update_matching,
            patch=fhir.patch_matching,
            delete=fhir.delete_matching,
        ),
        name="type",
    ),
    path(f"{_TYPE}/_search", Route(post=resources.find_many), name="search"),
    path(f"{_TYPE}/_history", Route(get=fhir.history_of_type), name="history-type"),
    path(f"{_TYPE}/$validate", Route(post=fhir.validate_one), name="validate"),
    path(
        _ONE,
        Route(get=fhir.read_one, put=fhir.update_one, patch=fhir.patch_one, delete=fhir.delete_one),
        name="instance",
    ),
    path(f"{_ONE}/_history", Route(get=fhir.history_of_one), name="history"),
    path(f"{_ONE}/_history/<str:version>", Route(get=fhir.read_version), name="version"),
    path(f"{_ONE}/$graphql", Route(get=graphql.ask, post=graphql.ask), name="graphql-instance"),
    path(f"{_ONE}/$meta", Route(get=fhir.meta_of), name="meta"),
    path(f"{_ONE}/$validate", Route(post=fhir.validate_one), name="validate-instance"),
    path("fhir/Patient/<str:logical_id>/$everything", Route(get=fhir.everything_of), name="everything"),
    path(
        "fhir/Patient/<str:logical_id>/<fhir_type:resource_type>",
        Route(get=resources.find_in_compartment),
        name="compartment",
    ),
    path("fhir/Composition/<str:logical_id>/$document", Route(get=document.of_composition), name="document"),
    path("dmp/documents", Route(post=dmp.deposit), name="deposit"),
    path("oauth/token", Route(post=oauth.token), name="token"),
    path("fhir/metadata", Route(get=discovery.metadata), name="metadata"),
    path("fhir/openapi.json", Route(get=openapi.describe), name="openapi"),
    path("fhir/.well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery"),
    path(".well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery-root"),
]
