"""Parts that are recognised by name and cannot be run, each with the reason a user reads."""

from __future__ import annotations

__all__ = ["UNSUPPORTED"]

_WMI = "it asks Windows Management Instrumentation, which exists only on Windows."
_ANALYSIS = "it needs SQL Server Analysis Services."
_SMO = "it moves objects between SQL Servers through SQL Server Management Objects, which dtserve does not have."
_AZURE = "it belongs to the Azure Feature Pack, whose clients are not part of dtserve."
_HADOOP = "it needs a Hadoop cluster's clients, which are not part of dtserve."
_DTS2000 = "it is of SQL Server 2000's DTS and was removed in SQL Server 2012."

UNSUPPORTED: dict[str, str] = {
    "ASExecuteDDLTask": _ANALYSIS,
    "ActiveXScriptTask": _DTS2000,
    "AdlsTask": _AZURE,
    "CopyFromBlobTask": _AZURE,
    "CopyToBlobTask": _AZURE,
    "CreateHdiClusterTask": _AZURE,
    "DMQueryTask": _ANALYSIS,
    "DTSProcessingTask": _ANALYSIS,
    "DeleteHdiClusterTask": _AZURE,
    "DwUploadTask": _AZURE,
    "Exec80PackageTask": _DTS2000,
    "ForEachAdlsFileEnumerator": _AZURE,
    "ForEachBlobEnumerator": _AZURE,
    "ForEachHdfsEnumerator": _HADOOP,
    "HadoopFileSystemTask": _HADOOP,
    "HadoopHiveTask": _HADOOP,
    "HadoopPigTask": _HADOOP,
    "HiveTask": _AZURE,
    "LogProviderSQLProfiler": "it needs SQL Server Profiler's library, which exists only on Windows (32 bit).",
    "MessageQueueTask": "it needs Microsoft Message Queuing, which exists only on Windows.",
    "PigTask": _AZURE,
    "ReplacementTask": "it stands for a task that was not installed when the package was upgraded.",
    "TransferDatabaseTask": _SMO,
    "TransferErrorMessagesTask": _SMO,
    "TransferJobsTask": _SMO,
    "TransferLoginsTask": _SMO,
    "TransferSqlServerObjectsTask": _SMO,
    "TransferStoredProceduresTask": _SMO,
    "WmiDataReaderTask": _WMI,
    "WmiEventWatcherTask": _WMI,
}  # fmt: skip
"""Part name → why it cannot be run."""
