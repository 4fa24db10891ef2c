"""Enumerators of the Foreach Loop, one per file."""
