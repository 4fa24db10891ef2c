"""Log providers, one per file."""
