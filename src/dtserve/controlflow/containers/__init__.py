"""Containers: package, Sequence, For Loop, Foreach Loop, event handler."""
