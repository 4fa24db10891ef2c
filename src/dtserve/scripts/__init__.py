"""Scripts of packages in C# and Visual Basic: compiled, checked, and run in a host process on Mono."""

from dtserve.doors import lazy

__all__ = ["PreparedScript", "ScriptHost", "ScriptSurroundings", "prepare_script"]

__getattr__ = lazy(
    "dtserve.scripts",
    {
        "PreparedScript": "preparation",
        "ScriptHost": "process",
        "ScriptSurroundings": "preparation",
        "prepare_script": "preparation",
    },
)
