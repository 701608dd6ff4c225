from django.apps import AppConfig


class FhirStoreConfig(AppConfig):
    name = "hygie.fhir.store"
    label = "fhir_store"
