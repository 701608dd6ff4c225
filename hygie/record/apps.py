from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class RecordConfig(AppConfig):
    name = "hygie.record"
    label = "record"

    def ready(self) -> None:
        """What is written is judged by the profiles of this instance, and by the codes that the terminology knows."""
        from hygie.fhir.core.validation.profiles import library
        from hygie.record.codes import is_code_of

        library.configure(folder=Path(settings.HYGIE_DATA) / "profiles", codes=is_code_of)
