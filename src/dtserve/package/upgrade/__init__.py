"""Upgrade of the formats 2, 3, 5 and 6 to 8 (FORMAT §2.3); a downgrade is refused."""

from dtserve.package.upgrade.upgrade import UpgradeReport, upgrade

__all__ = ["UpgradeReport", "upgrade"]
