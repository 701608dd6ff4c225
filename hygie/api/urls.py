"""The addresses of machines, served by `MachineDoor` only. Each method of each address has its policy."""

from django.urls import path, register_converter

from hygie.api import discovery, dmp, oauth
from hygie.api.fhir import interactions as fhir
from hygie.api.fhir import resources
from hygie.api.fhir.served import TYPES
from hygie.api.policy import Route

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

urlpatterns = [
    path("fhir", Route(post=fhir.bundle), name="bundle"),
    path("fhir/", Route(post=fhir.bundle), name="bundle-slash"),
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
    path(f"{_ONE}/$meta", Route(get=fhir.meta_of), name="meta"),
    path(f"{_ONE}/$validate", Route(post=fhir.validate_one), name="validate-instance"),
    path("fhir/Patient/<str:logical_id>/$everything", Route(get=fhir.everything_of), name="everything"),
    path("dmp/documents", Route(post=dmp.deposit), name="deposit"),
    path("oauth/token", Route(post=oauth.token), name="token"),
    path("fhir/metadata", Route(get=discovery.metadata), name="metadata"),
    path("fhir/.well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery"),
    path(".well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery-root"),
]
