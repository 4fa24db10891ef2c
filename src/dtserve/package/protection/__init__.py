"""Protection levels 0 to 5: taking protection off and putting it on (FORMAT §1)."""

from dtserve.package.protection.opening import open_protected
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sealing import SealOptions, seal

__all__ = ["Scheme", "SealOptions", "open_protected", "seal"]
