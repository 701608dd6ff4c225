"""The addresses of machines, served by `MachineDoor` only. Each method of each address has its policy."""

from django.urls import URLPattern, path

from hygie.api import discovery, dmp, oauth
from hygie.api.fhir import deposits, patients, registers, resources
from hygie.api.policy import Route, View
from hygie.fhir.http.search import TYPES

app_name = "api"


def _of(kind: str, *, read: View, find: View | None = None, create: View | None = None) -> list[URLPattern]:
    """The addresses of one FHIR type; `kind` reaches the views as `resource_type`."""
    own = {"resource_type": kind}
    routes = [path(f"fhir/{kind}/<str:logical_id>", Route(get=read), own, name=f"read-{kind}")]
    if find is not None:
        base = Route(get=find, post=create) if create is not None else Route(get=find)
        routes.insert(0, path(f"fhir/{kind}/_search", Route(post=find), own, name=f"post-search-{kind}"))
        routes.insert(0, path(f"fhir/{kind}", base, own, name=f"search-{kind}"))
    return routes


_ENTRIES = [kind for kind in TYPES if kind != resources.DOCUMENT]

urlpatterns = [
    path("dmp/documents", Route(post=dmp.deposit), name="deposit"),
    path("oauth/token", Route(post=oauth.token), name="token"),
    *_of(resources.DOCUMENT, read=resources.read_document, find=resources.find_documents, create=deposits.publish),
    *_of("Binary", read=resources.binary),
    *[route for kind in _ENTRIES for route in _of(kind, read=resources.read_entry, find=resources.find_entries)],
    *_of("Patient", read=patients.read, find=patients.find),
    *_of("Practitioner", read=registers.practitioner),
    *_of("Organization", read=registers.organization),
    path("fhir", Route(post=deposits.transaction), name="transaction"),
    path("fhir/", Route(post=deposits.transaction), name="transaction-slash"),
    path("fhir/metadata", Route(get=discovery.metadata), name="metadata"),
    path("fhir/.well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery"),
    path(".well-known/smart-configuration", Route(get=discovery.smart_configuration), name="discovery-root"),
]
