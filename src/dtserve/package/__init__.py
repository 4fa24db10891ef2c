"""The package document: bytes, clear tree and model; protection, projects, configurations, edits."""

from dtserve.package.document import CURRENT_FORMAT, FORMATS, PackageDocument
from dtserve.package.model import Package
from dtserve.package.xml import DEFAULT_LIMITS, Limits

__all__ = ["CURRENT_FORMAT", "DEFAULT_LIMITS", "FORMATS", "Limits", "Package", "PackageDocument"]
