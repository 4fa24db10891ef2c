"""Errors and warnings of the package room (own codes 0xC0D512xx).

A warning raised while a package is opened is a :class:`Notice`: the caller hands it on
as an event (OnWarning, OnError, OnInformation by its severity). Texts: EVENTS §4, §5.
"""

from __future__ import annotations

from typing import NamedTuple

from dtserve.errors import PackageError, UsageError

__all__ = [
    "ArchiveRefused", "CannotLoadFromNode", "CertificateHashInvalid", "CertificateNotFound", "DecryptPackageUserKey",
    "DoctypeRefused", "DowngradeRefused", "EncodingRefused", "InvalidSignature", "InvalidVersionNumber",
    "LimitExceeded", "MalformedXml", "MigrationFailed", "Notice", "PackagePasswordEmpty", "PackagePasswordWrong", "PathConversionFailed",
    "PathMalformed", "PathReadOnly", "PathRootMissing", "PathUnresolved", "PersistenceError", "ProjectInvalid",
    "ProjectPartMissing", "ProtectFailed", "ServerStorageDisallowed", "SignatureNotPresent",
    "SignaturePolicyViolation", "SigningFailed", "UnprotectFailed", "UntrustedSignature", "UserKeyUnusable",
]  # fmt: skip


class Notice(NamedTuple):
    """A message that does not stop the package from loading.

    ``code`` is an HRESULT as unsigned number; ``severity`` is ``error``, ``warning`` or
    ``information`` and tells which event it becomes.
    """

    code: int
    symbol: str
    message: str
    severity: str = "warning"


class MalformedXml(PackageError):
    """The bytes are not well-formed XML."""

    code = 0xC0011007
    symbol = "DTS_E_FUNDAMENTALLOADINGERROR"
    template = "Unable to load the package as XML because of package does not have a valid XML format. {detail}"
    remedy = "Check that the file is a complete .dtsx file."


class DoctypeRefused(PackageError):
    """The document has a document type declaration."""

    code = 0xC0D51201
    symbol = "DTSERVE_E_DOCTYPE"
    template = "The document has a document type declaration (DOCTYPE), which no package needs; it was not read."
    remedy = "Packages never hold one; treat the file as hostile."


class LimitExceeded(PackageError):
    """The document exceeds a limit that no real package reaches."""

    code = 0xC0D51202
    symbol = "DTSERVE_E_LIMIT"
    template = "The document was not read: {what} ({value}) exceeds the limit of {limit}."
    remedy = "Treat the file as hostile, or open it with wider limits."


class EncodingRefused(PackageError):
    """The document is in an encoding that dtserve does not read."""

    code = 0xC0D51203
    symbol = "DTSERVE_E_ENCODING"
    template = 'The document is in the encoding "{encoding}" or its bytes do not fit it; it was not read.'
    remedy = "Save the package as UTF-8 or UTF-16."


class CannotLoadFromNode(PackageError):
    """The XML is well-formed but is not a package."""

    code = 0xC0011001
    symbol = "DTS_E_CANTLOADFROMNODE"
    template = (
        "The runtime object cannot be loaded from the specified XML node: {detail}. This happens when trying to load "
        "a package or other object from an XML node that is not of the correct type, such as a non-SSIS XML node."
    )
    remedy = "Check that the file is a package (.dtsx)."


class InvalidVersionNumber(PackageError):
    """PackageFormatVersion is unknown."""

    code = 0xC001700A
    symbol = "DTS_E_INVALIDVERSIONNUMBER"
    template = (
        'The version number in the package is not valid ("{version}"). '
        "The version number cannot be greater than current version number."
    )
    remedy = "dtserve reads the package formats 2, 3, 5, 6 and 8."


class PersistenceError(PackageError):
    """A stored value cannot be read."""

    code = 0xC0010018
    symbol = "DTS_E_PERSISTENCEERROR"
    template = 'Error loading value "{value}" from node "{node}".'
    remedy = "Mend the value in the package."


class PackagePasswordWrong(PackageError):
    """A password-protected document, and no password or a wrong one."""

    code = 0xC0014037
    symbol = "DTS_E_PACKAGEPASSWORD"
    template = "The package is encrypted with a password. The password was not specified, or is not correct."
    remedy = "Give the password (/Decrypt)."


class PackagePasswordEmpty(UsageError):
    """A protection level that needs a password was asked for without one."""

    code = 0xC001405E
    symbol = "DTS_E_PACKAGEPASSWORDEMPTY"
    template = "The protection level of the package requires a password, but PackagePassword property is empty."
    remedy = "Give a password."


class DecryptPackageUserKey(PackageError):
    """Level 4: the whole package is encrypted with another user's key."""

    code = 0xC0014060
    symbol = "DTS_E_DECRYPTPACKAGE_USERKEY"
    template = (
        "Failed to decrypt a package that is encrypted with a user key. You may not be the user who encrypted this "
        "package, or you are not using the same machine that was used to save the package."
    )
    remedy = "Open it where it was made and save it with a password, or import that user's key."


class ServerStorageDisallowed(UsageError):
    """Level 5 outside a SQL Server store."""

    code = 0xC0014061
    symbol = "DTS_E_SERVERSTORAGEDISALLOWED"
    template = (
        "The protection level, ServerStorage, cannot be used when saving to this destination. The system could not "
        "verify that the destination supports secure storage capability."
    )
    remedy = "Choose another protection level, or save to msdb."


class ProtectFailed(PackageError):
    """Protection cannot be applied: sensitive values are not there to protect."""

    code = 0xC0014035
    symbol = "DTS_E_PACKAGEPROTECT"
    template = "Failed to apply package protection: {detail}"
    remedy = "Give the missing values again, or choose the level DontSaveSensitive."


class DowngradeRefused(UsageError):
    """A package cannot be written in an older format."""

    code = 0xC0016020
    symbol = "DTS_E_PACKAGEMIGRATIONFAILED"
    template = "Package migration from version {source} to version {target} failed: {detail}."
    remedy = "Only an upgrade to format 8 is offered."


class UserKeyUnusable(PackageError):
    """The user key for the levels 1 and 4 cannot be used."""

    code = 0xC0D51204
    symbol = "DTSERVE_E_USERKEY"
    template = 'The user key "{path}" cannot be used: {detail}.'
    remedy = "See docs/guide/protection.md, User keys."


class UnprotectFailed(PackageError):
    """An encrypted part is damaged or of an unknown kind."""

    code = 0xC0014036
    symbol = "DTS_E_PACKAGEUNPROTECT"
    template = "Failed to remove package protection: {detail}"
    remedy = "Restore the package from a good copy."


class PathRootMissing(UsageError):
    """A property path that does not start with ``\\package``."""

    code = 0xC0012018
    symbol = "DTS_E_CONFIGFORMATINVALID_PACKAGEDELIMITER"
    template = (
        'The configuration entry, "{path}", has an incorrect format because it does not begin with package delimiter. '
        'There was no "\\package" delimiter.'
    )
    remedy = "Start the path with \\Package."


class PathMalformed(UsageError):
    """A property path with wrong brackets or delimiters."""

    code = 0xC0012019
    symbol = "DTS_E_CONFIGFORMATINVALID"
    template = (
        'The configuration entry "{path}" had an incorrect format. This can occur because of a missing delimiter or '
        "formatting errors, like an invalid array delimiter."
    )
    remedy = "See docs/reference/packages.md, Property paths."


class PathUnresolved(UsageError):
    """A property path that leads to no object."""

    code = 0xC001F02F
    symbol = "DTS_E_CANNOTRESOLVEPACKAGEPATH"
    template = 'Cannot resolve a package path to an object in the package "{path}". {detail}'
    remedy = "Verify that the package path is valid."


class PathReadOnly(UsageError):
    """A property path that leads to a property nobody may set."""

    code = 0xC001F021
    symbol = "DTS_E_PROPERTYREADONLY"
    template = 'The property "{property}" is read only. This occurs when a change to a read-only property is attempted.'


class PathConversionFailed(UsageError):
    """A value that does not fit the property at the path."""

    code = 0xC0012037
    symbol = "DTS_E_CONFIGTYPECONVERSIONFAILED"
    template = (
        'Failed to convert a type in the configuration "{configuration}" for the package path "{path}". This happens '
        "when a configuration value cannot be converted from a string to the appropriate destination type."
    )
    remedy = "Check the configuration value to ensure it can be converted to the type of the destination property or variable."


class ArchiveRefused(PackageError):
    """An .ispac file that is not unpacked: damaged or hostile."""

    code = 0xC0D51205
    symbol = "DTSERVE_E_ARCHIVE"
    template = "The project file was not unpacked: {detail}"
    remedy = "Build the .ispac again; treat one from a stranger as hostile."


class ProjectPartMissing(PackageError):
    """A project names a part that is not there."""

    code = 0xC0D51206
    symbol = "DTSERVE_E_PROJECTPART"
    template = 'The project has no part "{name}".'
    remedy = "Check the project's manifest and its folder."


class ProjectInvalid(PackageError):
    """A project file that makes no sense, or a project whose parts contradict each other."""

    code = 0xC0D51207
    symbol = "DTSERVE_E_PROJECT"
    template = "The project cannot be used: {detail}"
    remedy = "Open the project in its designer and save it again."


class SignatureNotPresent(PackageError):
    """A signature was demanded of a package that has none."""

    code = 0xC0014064
    symbol = "DTS_E_SIGNATURENOTPRESENT"
    template = "The package is not signed."
    remedy = "Sign it (dtutil /SIGN) or do not demand a signature."


class InvalidSignature(PackageError):
    """The content does not fit the signature."""

    code = 0xC0014032
    symbol = "DTS_E_INVALIDSIGNATURE"
    template = "The digital signature is not valid. The contents of the package have been modified."
    remedy = "Get the package again from its author."


class UntrustedSignature(PackageError):
    """The signature fits, its signer is unknown here."""

    code = 0xC0014033
    symbol = "DTS_E_UNTRUSTEDSIGNATURE"
    template = (
        "The digital signature is valid; however the signer is not trusted and, therefore, authenticity cannot be "
        'guaranteed. The signer is "{signer}".'
    )
    remedy = "Put the signer's certificate, or its issuer's, among the trusted ones."


class SignaturePolicyViolation(PackageError):
    """BlockedSignatureStates forbids to load a package in that state."""

    code = 0xC0014063
    symbol = "DTS_E_SIGNATUREPOLICYVIOLATION"
    template = (
        "The package cannot be loaded because the state of the digital signature violates signature policy. {detail}"
    )
    remedy = "See docs/guide/protection.md, Signatures."


class SigningFailed(PackageError):
    """A package cannot be signed."""

    code = 0xC001402D
    symbol = "DTS_E_SIGNPACKAGEFAILED"
    template = "Package signing failed: {detail}"


class CertificateNotFound(UsageError):
    """No certificate with that thumbprint."""

    code = 0xC0014028
    symbol = "DTS_E_CANTFINDCERTBYHASH"
    template = 'Unable to find the specified certificate by hash "{thumbprint}" in {place}.'
    remedy = "Put the certificate with its key there: a .pem or .pfx file."


class CertificateHashInvalid(UsageError):
    """A thumbprint that is no SHA-1 in hexadecimal."""

    code = 0xC0014029
    symbol = "DTS_E_INVALIDCERTHASHFORMAT"
    template = 'The hash value "{thumbprint}" is not a certificate hash: 40 hexadecimal digits are expected.'


class MigrationFailed(PackageError):
    """A package whose parts do not fit together, so that its data flows cannot be rewritten."""

    code = 0xC0016020
    symbol = "DTS_E_PACKAGEMIGRATIONFAILED"
    template = "Package migration from version {source} to version {target} failed: {detail}."
    remedy = "Check the package (dtserve package validate)."
