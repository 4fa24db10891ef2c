"""The options of dtexec: one table for parser, help and documentation (DTEXEC §4)."""

from __future__ import annotations

from dtserve.cli.options import Option, OptionTable

__all__ = ["LONG_OPTIONS", "TABLE"]

TABLE = OptionTable(
    program="dtexec",
    summary="Configures and runs an SSIS package.",
    options=(
        Option("?", "optional", "option_name", "Shows all options, or help for one, and ends."),
        Option("Ca[llerInfo]", "required", "text", "Set by SQL Server Agent; read and ignored."),
        Option(
            "CheckF[ile]",
            "optional",
            "filespec",
            "Sets the package's CheckpointFileName.",
            "Without a value the name becomes empty. Without the option the package's own value stays.",
        ),
        Option(
            "CheckP[ointing]",
            "optional",
            "on|off",
            "Turns checkpoints on or off.",
            "on (also the bare option) means SaveCheckpoints = True and CheckpointUsage = Always: the run fails when "
            "the file is missing.",
        ),
        Option(
            "Com[mandFile]",
            "required",
            "filespec",
            "Reads further options from a text file, in the place of this one.",
            "Options stand as on the command line, with blanks or line ends between them.",
            repeatable=True,
        ),
        Option(
            "Conf[igFile]",
            "required",
            "filespec",
            "Applies an XML configuration file.",
            "A value that a configuration of the package also sets keeps the package's configuration.",
            repeatable=True,
        ),
        Option(
            "Conn[ection]",
            "required",
            "id_or_name;connection_string[;...]",
            "Sets the ConnectionString of connection managers, by name or GUID.",
            "Quote a connection string that holds semicolons.",
            repeatable=True,
        ),
        Option(
            "Cons[oleLog]",
            "optional",
            "[display_options][;list_options;src_name_or_guid]...",
            "Writes log entries to the console.",
            "Display options N name, C computer, O operator, S source name, G source GUID, X execution GUID, "
            "M message, T times. List options I (only these) and E (not these), each followed by event names, source "
            "names or source GUIDs.",
            repeatable=True,
        ),
        Option(
            "D[ts]",
            "required",
            "package_path",
            r"Runs a package of the package store, for instance \MSDB\Folder\Package or \File System\Package.",
        ),
        Option(
            "De[crypt]",
            "optional",
            "password",
            "The password of the package.",
            "Without a value it is asked for. Better than on the command line: the environment variable "
            "SSIS_PACKAGE_DECRYPT, or --decrypt-file.",
            secret=True,
        ),
        Option("Dump", "required", "error_code[;...]", "Debug dumps: read and reported as not available."),
        Option("DumpOnError", "", "", "Debug dumps: read and reported as not available.", aliases=("DumpOnErr",)),
        Option("Env[Reference]", "required", "environment_reference_id", "Only with /ISServer, which is refused."),
        Option("F[ile]", "required", "filespec", "Runs a package file."),
        Option("H[elp]", "optional", "option_name", "Like /?."),
        Option(
            "ISServer", "required", "package_path", "Packages of the SSIS catalog: refused; use the package's project."
        ),
        Option(
            "L[ogger]",
            "required",
            "classid_or_progid;configstring",
            "Adds a log provider for this run.",
            "The configuration string is the name of a connection manager, or a path for text and XML files.",
            repeatable=True,
        ),
        Option(
            "M[axConcurrent]",
            "required",
            "concurrent_executables",
            "How many executables run at once; -1 = logical processors + 2.",
        ),
        Option("Pack[age]", "required", "package_name", "The package of the project given with /Project."),
        Option(
            "Par[ameter]",
            "required",
            "[$Package::|$Project::]name[(type)];value",
            "Sets a parameter.",
            "Scope is the package unless $Project:: stands before the name.",
            repeatable=True,
        ),
        Option("P[assword]", "required", "password", "Password of the login given with /User.", secret=True),
        Option("Proj[ect]", "required", "filespec", "The project file (.ispac) of the package."),
        Option("Rem", "optional", "comment", "A remark.", repeatable=True),
        Option(
            "Rep[orting]",
            "required",
            "level[;event_guid_or_name...]",
            "What is reported: N nothing, E errors, W warnings, I information, C custom events, D data flow events, "
            "P progress, V everything.",
            "Without the option: E, W and P. Events named after the level are not reported.",
        ),
        Option(
            "Res[tart]",
            "optional",
            "deny|force|ifPossible",
            "Sets CheckpointUsage to Never, Always or IfExists; bare = force.",
        ),
        Option("Ser[ver]", "required", "server", "The server of /SQL or /Dts."),
        Option(
            "Set",
            "required",
            "[$Sensitive::]propertyPath;value",
            r"Sets a property, variable or parameter, for instance \Package.Variables[User::x].Value;1.",
            "A property with a property expression keeps the expression; a value that a configuration also sets keeps "
            "the configuration.",
            repeatable=True,
        ),
        Option("SQ[L]", "required", "package_path", r"Runs a package of msdb, for instance \Folder\Package."),
        Option("Su[m]", "", "", "Shows counts of rows about to reach the next component."),
        Option("U[ser]", "required", "user_name", "SQL Server login, only with /SQL."),
        Option("Va[lidate]", "", "", "Ends after validation."),
        Option("VerifyB[uild]", "required", "major[;minor[;build]]", "Runs only this build."),
        Option("VerifyP[ackageID]", "required", "packageID", "Runs only the package with this id."),
        Option("VerifyS[igned]", "", "", "Runs only a package with a valid signature."),
        Option("VerifyV[ersionID]", "required", "versionID", "Runs only this version."),
        Option(
            "VLog",
            "optional",
            "filespec",
            "Logs all events to the package's log providers, and to a text file when one is named.",
        ),
        Option("W[arnAsError]", "", "", "A warning during validation fails the package."),
        Option("X86", "", "", "Set by SQL Server Agent; read and ignored."),
    ),
    exclusive=(("sql", "dts", "file", "isserver", "project"),),
    needs=(
        ("user", ("sql",)),
        ("password", ("user",)),
        ("package", ("project",)),
        ("project", ("package",)),
        ("envreference", ("isserver",)),
    ),
)

LONG_OPTIONS: dict[str, tuple[str, str]] = {
    "map": ("NAME=URL", "Points a connection manager (or //server/database) to another database; repeatable."),
    "path-map": (r"C:\data=/srv/data", "Points Windows folders or shares to folders of this machine; repeatable."),
    "decrypt-file": ("FILE", "Reads the package password from the first line of a file."),
    "memory": ("SIZE", "Memory a data flow may use, for instance 512M or 2G; 64M or more."),
    "temp": ("FOLDER", "Folder for temporary files."),
    "results": ("FOLDER", "Folder for the rows of DataReader Destinations, an Arrow file each."),
    "classic": ("", "Prints plain text on a terminal too, without what runs just now."),
    "home": ("FOLDER", "The service's home: its stores, connection map and path map; default $DTSERVE_HOME."),
    "debug": ("", "Shows the trace of an unforeseen error."),
    "version": ("", "Shows the version and ends."),
}
"""Options of dtserve's own: name → value and meaning; written ``--name=value`` or ``--name value``."""
