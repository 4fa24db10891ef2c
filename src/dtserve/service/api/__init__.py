"""The REST API: one resource, one file."""

__all__: list[str] = []
