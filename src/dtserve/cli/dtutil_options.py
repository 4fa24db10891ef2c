"""The options of dtutil (DTUTIL §3) and which of them combine (§3.1): tables only."""

from __future__ import annotations

from dtserve.cli.options import Option, OptionTable

__all__ = ["ACTIONS", "ALLOWED", "FOLDER_ACTIONS", "SOURCES", "TABLE"]

SOURCES = ("sql", "dts", "file")
FOLDER_ACTIONS = ("fcreate", "fdelete", "fdirectory", "fexists", "frename")
ACTIONS = ("copy", "move", "delete", "exists", "encrypt", "sign", *FOLDER_ACTIONS, "dump")
"""One of these per line; IDRegenerate may stand alone or beside COPY and MOVE."""

_SOURCE_LOGIN = frozenset({"sourceserver", "sourceuser", "sourcepassword"})
_TARGET_LOGIN = frozenset({"destserver", "destuser", "destpassword"})
_ALWAYS = frozenset({"remark", "quiet"})
_SAVING = _ALWAYS | _SOURCE_LOGIN | _TARGET_LOGIN | {"decrypt"} | set(SOURCES)
ALLOWED: dict[str, frozenset[str]] = {
    "copy": _SAVING | {"idregenerate"},
    "move": _SAVING | {"idregenerate"},
    "encrypt": _SAVING,
    "sign": _SAVING,
    "delete": _ALWAYS | _SOURCE_LOGIN | set(SOURCES),
    "exists": _ALWAYS | _SOURCE_LOGIN | set(SOURCES),
    "idregenerate": _ALWAYS | _SOURCE_LOGIN | {"decrypt"} | set(SOURCES),
    **dict.fromkeys(FOLDER_ACTIONS, _ALWAYS | _SOURCE_LOGIN),
    "dump": _ALWAYS,
}
"""What may stand beside each action."""

_LOCATION = "{SQL|FILE|DTS};path"
_OPTIONS = (
    Option("?", text="Lists the options."),
    Option("H[elp]", "optional", "option", "Lists the options, or explains one of them.",
           "/H Q explains /Quiet."),
    Option("SQ[L]", "required", "package_path", "The package to work on is in msdb.",
           "The path is folders, each ending in \\, then the package's name. The server is /SourceServer, by default "
           "this machine's own msdb."),
    Option("DT[S]", "required", "path", "The package to work on is in the package store.",
           "The path begins with the name of a root, by default MSDB or File System; without one it is below the first "
           "file-system root. The extension .dtsx may be left out."),
    Option("Fi[le]", "required", "path", "The package to work on is a file.",
           "A local path or \\\\server\\share\\…: through the path map, or without mounting by [shares] of dtserve.toml."),
    Option("SourceS[erver]", "required", "server", "The server of /SQL and of folder options.",
           "., (local), localhost and this machine's name are the embedded msdb; other names stand in [servers] of "
           "dtserve.toml. Folder options of DTS reach another machine's msdb, below MSDB; its other roots are refused with "
           "0xC00160AA."),
    Option("SourceU[ser]", "required", "login", "The login at the source; without one the caller's own account."),
    Option("SourceP[assword]", "required", "password", "The password of /SourceUser; blank when left out.",
           "Left out it is taken from the environment variable DTUTIL_SOURCE_PASSWORD, or from the file that "
           "DTUTIL_SOURCE_PASSWORD_FILE names, where there is one.", secret=True),
    Option("DestS[erver]", "required", "server", "The server of an SQL or DTS destination.",
           "With DTS another machine's server is its msdb, below MSDB; its other roots are refused with 0xC00160AA."),
    Option("DestU[ser]", "required", "login", "The login at the destination."),
    Option("DestP[assword]", "required", "password", "The password of /DestUser; blank when left out.",
           "Left out it is taken from DTUTIL_DEST_PASSWORD, or the file that DTUTIL_DEST_PASSWORD_FILE names.", secret=True),
    Option("Dec[rypt]", "optional", "password", "The password that opens the package.",
           "Without a value it is taken from the environment variable SSIS_PACKAGE_DECRYPT, from the file that "
           "SSIS_PACKAGE_DECRYPT_FILE names, or asked for, which keeps it out of the command history.", secret=True),
    Option("C[opy]", "required", _LOCATION, "Copies the package.",
           "Its id stays the same; add /IDRegenerate for a new one. An existing package is replaced after Y, or at once "
           "with /Quiet. A folder of files as the destination gets the package under its own name."),
    Option("M[ove]", "required", _LOCATION, "Copies the package and deletes the source.",
           "A destination that is an existing folder, or ends with a separator, gets the package under its own name."),
    Option("Del[ete]", text="Deletes the package named by /SQL, /DTS or /File."),
    Option("Ex[ists]", text="Tells whether the package named by /SQL, /DTS or /File is there.",
           details="Exit code 0 when it is there; otherwise dtutil.exists_miss_exit_code of dtserve.toml, by default 1."),
    Option("En[crypt]", "required", "{SQL|FILE};path;level[;password]", "Saves the package with a protection level.",
           "0 DontSaveSensitive, 1 EncryptSensitiveWithUserKey, 2 EncryptSensitiveWithPassword, 3 "
           "EncryptAllWithPassword, 4 EncryptAllWithUserKey, 5 ServerStorage (SQL only). 2 and 3 need the password: left "
           "out it is taken from DTUTIL_PACKAGE_PASSWORD or the file that DTUTIL_PACKAGE_PASSWORD_FILE names; empty "
           "behind its semicolon it is asked for at a terminal."),
    Option("Si[gn]", "required", "{SQL|FILE|DTS};path;hash", "Signs the package and saves it.",
           "hash is the thumbprint of the certificate in hexadecimal digits. The certificate stands with its key in the "
           "folder certificates of the home folder, as .pem or .pfx."),
    Option("I[DRegenerate]", text="Gives the package a new id: in place, or to the copy with /Copy and /Move."),
    Option("Q[uiet]", text="Asks nothing: an existing package is replaced."),
    Option("R[emark]", "optional", "text", "A remark; does nothing.", repeatable=True),
    Option("FC[reate]", "required", "{SQL|DTS};parent;new", "Creates a folder.", "The root of SQL is \\."),
    Option("FDe[lete]", "required", "{SQL|DTS};parent;name", "Deletes an empty folder."),
    Option("FDi[rectory]", "required", "{SQL|DTS}[;path[;S]]", "Lists folders and packages; S descends."),
    Option("FE[xists]", "required", "{SQL|DTS};path", "Tells whether a folder is there.",
           "Exit codes as for /Exists."),
    Option("FR[ename]", "required", "{SQL|DTS};parent;old;new", "Renames a folder."),
    Option("Dump", "required", "process_id", "Writes dump files of a running dtexec.",
           "A .mdmp and a .tmp file in the folder dumps of the home folder; the process is held meanwhile. The .tmp file is "
           "text: the process, its threads, open files, connections and modules, the package in it, what of it is running "
           "and its latest log entries."),
)  # fmt: skip

TABLE = OptionTable(
    "dtutil",
    _OPTIONS,
    "Copies, moves, deletes, protects, signs and finds packages; makes, lists and deletes folders.",
    exclusive=(
        SOURCES,
        *(("dts", key) for key in sorted(_SOURCE_LOGIN)),
        *(("file", key) for key in sorted(_SOURCE_LOGIN)),
        ACTIONS,
    ),
    needs=(("sourcepassword", ("sourceuser",)), ("destpassword", ("destuser",))),
    last_wins=False,
)
