"""The options of a backup: what stands behind WITH (Back Up Database Task)."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from dtserve.controlflow.properties import Property
from dtserve.controlflow.tasks.database import quoted_name, quoted_text
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

__all__ = ["BackupOptions", "Compression", "EncryptionAlgorithm", "Encryptor"]


class Compression(enum.IntEnum):
    """BackupCompressionAction."""

    DEFAULT = 0
    ON = 1
    OFF = 2


class EncryptionAlgorithm(enum.IntEnum):
    """BackupEncryptionAlgorithm."""

    AES_128 = 0
    AES_192 = 1
    AES_256 = 2
    TRIPLE_DES_3KEY = 3


class Encryptor(enum.IntEnum):
    """BackupEncryptorType."""

    CERTIFICATE = 0
    ASYMMETRIC_KEY = 1


class BackupOptions(MaintenanceTask):
    """The part of the task that says how a backup is written."""

    existing = Property(
        "BackupActionForExistingBackups", int, 0, text="Append 0, overwrite 1.", aliases=("ExistingBackupsAction",)
    )
    use_expiration = Property("UseExpiration", bool, False, text="The backup expires.")
    in_days = Property("InDays", bool, True, text="After RetainDays, else on ExpireDate.")
    retain_days = Property("RetainDays", int, 14, text="Days.")
    expire_date = Property("ExpireDate", str, "", text="A date.")
    compression = Property("BackupCompressionAction", Compression, Compression.DEFAULT, text="Server's, on, off.")
    copy_only = Property("CopyOnlyBackup", bool, False, text="Leaves the chain of backups alone.")
    ignore_replica = Property("IgnoreReplicaType", bool, False, text="Kept, without effect.")
    credential = Property("CredentialName", str, "", text="Credential of a backup to a URL.")
    encrypted = Property("IsBackupEncrypted", bool, False, text="Encrypt.")
    algorithm = Property("BackupEncryptionAlgorithm", EncryptionAlgorithm, EncryptionAlgorithm.AES_128, text="How.")
    encryptor_type = Property("BackupEncryptorType", Encryptor, Encryptor.CERTIFICATE, text="Certificate or key.")
    encryptor = Property("BackupEncryptorName", str, "", text="Its name.")
    checksum = Property("Checksum", bool, False, text="Checksums are written.")
    continue_on_error = Property("ContinueOnError", bool, False, text="Bad pages do not end the backup.")
    uses_block_size = Property("IsBlockSizeUsed", bool, False, text="BlockSize counts.")
    block_size = Property("BlockSize", int, 65536, text="Bytes of a block.")
    uses_transfer_size = Property("IsMaxTransferSizeUsed", bool, False, text="MaxTransferSize counts.")
    transfer_size = Property("MaxTransferSize", int, 65536, text="Bytes of a transfer.")
    tail_log = Property("BackupTailLog", bool, False, text="The tail of the log; the database stays restoring.")

    def options(self, name: str, *, differential: bool) -> str:
        """Everything behind WITH."""
        return ", ".join(self._each(name, differential))

    def _each(self, name: str, differential: bool) -> Iterator[str]:
        if self.credential.strip():
            yield f"CREDENTIAL = {quoted_text(self.credential)}"
        if differential:
            yield " DIFFERENTIAL "
        if self.copy_only:
            yield "COPY_ONLY"
        if self.use_expiration:
            days = f" RETAINDAYS = {self.retain_days}"
            yield days if self.in_days else f" EXPIREDATE = {quoted_text(self.expire_date)}"
        yield "NOFORMAT"
        yield "INIT" if self.existing == 1 else "NOINIT"
        yield f" NAME = {quoted_text(name)}"
        yield "SKIP"
        yield "REWIND"
        yield "NOUNLOAD"
        if self.tail_log:
            yield "NORECOVERY"
        if self.compression is not Compression.DEFAULT:
            yield "COMPRESSION" if self.compression is Compression.ON else "NO_COMPRESSION"
        if self.encrypted:
            kind = "CERTIFICATE" if self.encryptor_type is Encryptor.CERTIFICATE else "ASYMMETRIC KEY"
            yield f"ENCRYPTION(ALGORITHM = {self.algorithm.name}, SERVER {kind} = {quoted_name(self.encryptor)})"
        if self.uses_block_size:
            yield f"BLOCKSIZE = {self.block_size}"
        if self.uses_transfer_size:
            yield f"MAXTRANSFERSIZE = {self.transfer_size}"
        yield " STATS = 10"
        if self.checksum:
            yield "CHECKSUM"
        if self.continue_on_error:
            yield "CONTINUE_AFTER_ERROR"
