"""The command lines: dtutil, dtexec and dtserve. Each is a skin over the rooms below."""

__all__: list[str] = []
