"""Errors of the package stores, with the codes and texts of the real runtime (DTUTIL §7, EVENTS §2)."""

from __future__ import annotations

from dtserve.errors import PackageNotFound, StoreError, TransientError

__all__ = [
    "AttachmentsUnsupported",
    "BackupCorrupt",
    "BackupKeyWrong",
    "BadManifest",
    "FolderExists",
    "FolderNotEmpty",
    "FolderNotFound",
    "InvalidName",
    "NameLeadingBlank",
    "NameNotFileName",
    "NameNotLegal",
    "NameTooLong",
    "NameTrailingBlank",
    "NotDurable",
    "PackageDamaged",
    "PackageExists",
    "PackageFileNotFound",
    "PackageNotInStore",
    "PackageTooLarge",
    "PassphraseMissing",
    "PathWithoutPackage",
    "ReadFailed",
    "ReportMismatch",
    "RevisionChanged",
    "RolesUnsupported",
    "RootFixed",
    "RootNotFound",
    "RootUnavailable",
    "SamePlace",
    "ServerStorageDisallowed",
    "StoreUnavailable",
    "VersionNotFound",
    "WriteFailed",
]


class PackageFileNotFound(PackageNotFound):
    """No package file of that name."""

    code = 0xC0011002
    symbol = "DTS_E_OPENPACKAGEFILE"
    template = (
        'Failed to open package file "{path}" due to error 0x80070002 "The system cannot find the file specified.".  '
        "This happens when loading a package and the file cannot be opened or loaded correctly into the XML document."
    )


class PackageNotInStore(PackageNotFound):
    """No package of that name in the package store."""

    code = 0xC001000A
    symbol = "DTS_E_PACKAGENOTFOUND"
    template = 'The specified package could not be loaded from the SQL Server database. No package "{path}" is there.'


class PackageExists(StoreError):
    """A package of that name stands there already, and replacing it was not asked."""

    code = 0xC0D51701
    symbol = "DTSERVE_E_PACKAGEEXISTS"
    template = 'The package "{path}" already exists.'
    remedy = "Choose another name or allow it to be replaced."


class FolderExists(StoreError):
    """A folder of that name stands there already."""

    code = 0xC0D51702
    symbol = "DTSERVE_E_FOLDEREXISTS"
    template = 'The folder "{name}" already exists in "{parent}".'
    remedy = "Choose another name."


class FolderNotEmpty(StoreError):
    """A folder with packages or folders in it cannot be deleted."""

    code = 0xC0D51703
    symbol = "DTSERVE_E_FOLDERNOTEMPTY"
    template = 'The folder "{path}" contains packages and/or other folders. You must drop these first.'
    remedy = "Empty the folder first."


class FolderNotFound(StoreError):
    """No folder of that name."""

    code = 0xC0014049
    symbol = "DTS_E_FOLDERNOTFOUND"
    template = 'Cannot find folder "{name}".'
    remedy = "Check the path or create the folder first."


class RevisionChanged(StoreError):
    """The package is not the one the caller read: somebody replaced it meanwhile."""

    code = 0xC0D51704
    symbol = "DTSERVE_E_REVISIONCHANGED"
    template = 'The package "{path}" was changed by somebody else meanwhile.'
    remedy = "Read it again and repeat the change."


class InvalidName(StoreError):
    """A name that a store cannot hold."""

    code = 0xC0D51712
    symbol = "DTSERVE_E_BLANKNAME"
    template = "A name cannot be blank."
    remedy = "Choose another name."


class NameTooLong(InvalidName):
    """A name of more than 128 characters."""

    code = 0xC0010006
    symbol = "DTS_E_PACKAGENAMETOOLONG"
    template = "Package name is too long. The limit is 128 characters. Shorten the package name."


class NameNotLegal(InvalidName):
    """A name with a character that object names cannot hold."""

    code = 0xC001F202
    symbol = "DTS_E_DTSNAME_LEGAL"
    template = (
        'The object name "{name}" is not valid. The name cannot contain any of the following characters: / \\ : [ ] . ='
    )


class NameLeadingBlank(InvalidName):
    """A name that begins with a blank."""

    code = 0xC001F204
    symbol = "DTS_E_DTSNAME_NOLEADWHITESP"
    template = 'Object name "{name}" is not valid. Name cannot begin with a whitespace.'


class NameTrailingBlank(InvalidName):
    """A name that ends with a blank."""

    code = 0xC001F205
    symbol = "DTS_E_DTSNAME_NOTRAILWHITESP"
    template = 'Object name "{name}" is not valid. Name cannot end with a whitespace.'


class NameNotFileName(InvalidName):
    """A name with a character that file names cannot hold, or a name with a meaning of its own (``..``)."""

    code = 0xC001F209
    symbol = "DTS_E_DTSNAME_VALIDFILENAME"
    template = (
        'Object name "{name}" is not valid. The name cannot contain any of the following characters: / \\ : ? " < > |'
    )


class PathWithoutPackage(StoreError):
    """A path that names no package."""

    code = 0xC0014048
    symbol = "DTS_E_INVALIDPATHTOPACKAGE"
    template = (
        "The specified package path does not contain a package name. "
        "This occurs when the path does not contain at least one backslash or one forward slash."
    )


class PackageTooLarge(StoreError):
    """A package beyond the size that stores take."""

    code = 0xC0D51705
    symbol = "DTSERVE_E_PACKAGETOOLARGE"
    template = 'The package "{path}" has {size} bytes; the limit is {limit}.'
    remedy = "Raise limits.package_bytes in dtserve.toml when the package is genuine."


class ReadFailed(StoreError, TransientError):
    """The operating system refused a read."""

    code = 0xC0D51706
    symbol = "DTSERVE_E_STOREREAD"
    template = 'Reading "{path}" failed: {reason}.'
    remedy = "Check the rights and the disk."


class WriteFailed(StoreError, TransientError):
    """The operating system refused a write; what stood there before is untouched."""

    code = 0xC0D51707
    symbol = "DTSERVE_E_STOREWRITE"
    template = 'Writing "{path}" failed: {reason}. What was stored before is unchanged.'
    remedy = "Check the rights and the free space."


class NotDurable(StoreError, TransientError):
    """A change that was made and that the disk did not confirm."""

    code = 0xC0D51716
    symbol = "DTSERVE_E_NOTDURABLE"
    template = 'The change of "{path}" was made, but the disk did not confirm it: {reason}.'
    remedy = "Check the disk; what is stored now may be lost when the machine stops."


class RolesUnsupported(StoreError):
    """Only msdb keeps reader and writer roles (SERVICE §10.1)."""

    code = 0xC0D51708
    symbol = "DTSERVE_E_NOROLES"
    template = 'The store "{store}" keeps no package roles; its packages are guarded by file permissions only.'
    remedy = "Keep the package in msdb to give it roles."


class RootFixed(StoreError):
    """Roots come from the configuration."""

    code = 0xC0D51709
    symbol = "DTSERVE_E_ROOTFIXED"
    template = 'The top-level folder "{name}" comes from the service configuration and cannot be {action}.'
    remedy = "Edit MsDtsSrvr.ini.xml and restart the service."


class RootNotFound(FolderNotFound):
    """A path of the package store that begins with no configured root."""

    template = 'Cannot find folder "{name}". The top-level folders are: {roots}.'


class RootUnavailable(StoreError, TransientError):
    """The store behind a root does not answer; the other roots stay usable (SERVICE §2)."""

    code = 0xC0D5170A
    symbol = "DTSERVE_E_ROOTUNAVAILABLE"
    template = (
        "Failed to retrieve data for this request. (Microsoft.SqlServer.SmoEnum)\n"
        "The SQL Server specified in Integration Services service configuration is not present or is not available. "
        "This might occur when there is no default instance of SQL Server on the computer. For more information, see "
        'the topic "Configuring the Integration Services Service" in SQL Server 2008 Books Online.\n'
        "Login Timeout Expired\n{detail} (MsDtsSvr)"
    )
    remedy = "Check the root's server in MsDtsSrvr.ini.xml and [servers] in dtserve.toml."


class StoreUnavailable(StoreError, TransientError):
    """A store that cannot be opened."""

    code = 0xC0D5170B
    symbol = "DTSERVE_E_STOREUNAVAILABLE"
    template = 'The store "{store}" cannot be opened: {reason}'
    remedy = "Check that the server runs and that the address is right."


class AttachmentsUnsupported(StoreError):
    """Only folders of files have room for configuration files."""

    code = 0xC0D51717
    symbol = "DTSERVE_E_NOATTACHMENTS"
    template = 'The store "{store}" holds packages only; there is no place for configuration files beside them.'
    remedy = "Keep configuration files in a folder."


class ServerStorageDisallowed(StoreError):
    """Protection level 5 is for msdb only."""

    code = 0xC0014061
    symbol = "DTS_E_SERVERSTORAGEDISALLOWED"
    template = (
        "The protection level, ServerStorage, cannot be used when saving to this destination. "
        "The system could not verify that the destination supports secure storage capability."
    )


class VersionNotFound(StoreError):
    """No kept version of that number."""

    code = 0xC0D5170E
    symbol = "DTSERVE_E_VERSIONNOTFOUND"
    template = 'The package "{path}" has no kept version {version}.'
    remedy = "List the versions of the package."
    exit_code = 4


class BadManifest(StoreError):
    """A backup whose table of contents cannot be read."""

    code = 0xC0D5170F
    symbol = "DTSERVE_E_BADMANIFEST"
    template = 'The backup "{path}" has no manifest that can be read: {reason}'
    remedy = "The file is no backup of dtserve, or it is damaged."


class BackupCorrupt(StoreError):
    """A backup whose content does not agree with its manifest."""

    code = 0xC0D51710
    symbol = "DTSERVE_E_BACKUPCORRUPT"
    template = 'The backup "{path}" is damaged: {reason}'
    remedy = "Use another backup."


class BackupKeyWrong(StoreError):
    """An encrypted backup and a passphrase that does not open it."""

    code = 0xC0D51711
    symbol = "DTSERVE_E_BACKUPKEY"
    template = 'The backup "{path}" is encrypted; the passphrase is missing or wrong.'
    remedy = "Give the passphrase with which it was made."


class SamePlace(StoreError):
    """A package cannot be moved onto itself."""

    code = 0xC0D51713
    symbol = "DTSERVE_E_SAMEPLACE"
    template = 'The package "{path}" is both source and destination.'
    remedy = "Choose another destination."


class PassphraseMissing(StoreError):
    """A sealed file cannot be made without a passphrase."""

    code = 0xC0D51714
    symbol = "DTSERVE_E_NOPASSPHRASE"
    template = "A passphrase is needed and none was given."
    remedy = "Give it in a file, in the environment or at the prompt."


class ReportMismatch(StoreError):
    """A report to go on from that belongs to another job."""

    code = 0xC0D51715
    symbol = "DTSERVE_E_REPORTMISMATCH"
    template = 'The report "{path}" cannot be continued: {reason}.'
    remedy = "Start without --resume."


class PackageDamaged(StoreError):
    """The content that a store gives back is not the one that was stored."""

    code = 0xC0D51718
    symbol = "DTSERVE_E_PACKAGEDAMAGED"
    template = 'The content of "{path}" changed since it was stored: its SHA-256 differs from the one kept with it.'
    remedy = "Look for a failing disk. Store the package again, restore a kept version of it, or take it from a backup."
