"""The machines' door, for the samples that go through it."""

from tests.hygie.api.conftest import bench, collected_files, patient_id, world

__all__ = ["bench", "collected_files", "patient_id", "world"]
