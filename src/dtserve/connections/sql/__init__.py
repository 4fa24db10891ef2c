"""SQL sessions: one driver per database family, and the translation of statements between dialects."""

from dtserve.connections.sql.open import open_session
from dtserve.connections.sql.target import DatabaseTarget, parse_url

__all__ = ["DatabaseTarget", "open_session", "parse_url"]
