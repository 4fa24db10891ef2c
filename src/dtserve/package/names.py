"""Every id under which a package names a part, and the part name dtserve knows it by.

SSIS changed its ids with each version: class GUIDs and progids (2005 to 2012), assembly-
qualified class names (2005 to 2012, matched before the first comma) and version-free
identifiers (2014 and later). All are compared without case; a trailing progid version
(``.1`` … ``.8``) does not count. A part is one class in a registry; it refers to itself by
its part name only, so that these tables are the single place where ids stand.
Sources: FORMAT §3.3 to §3.6, DATA_FLOW §1.4, CONFIG_LOGGING §3.2.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

# fmt: off
__all__ = [
    "COMPONENTS", "CONNECTION_KINDS", "ENUMERATORS", "EXECUTABLES", "LOG_PROVIDERS", "MANAGED_HOSTS", "PartName",
    "ado_net_provider", "component_part", "connection_kind", "enumerator_part", "executable_part",
    "log_provider_part", "part_ids",
]
# fmt: on


class PartName(NamedTuple):
    """A part: its registry name, the title SSIS shows, its category and every id it is known by."""

    part: str
    title: str
    kind: str
    ids: tuple[str, ...]


# fmt: off
_TASK = "Microsoft.SqlServer.Dts.Tasks."
_MAINTENANCE = "Microsoft.SqlServer.Management.DatabaseMaintenance."
_ANALYSIS = "Microsoft.DataTransformationServices.Tasks.DTSProcessingTask."
_ENUMERATOR = "Microsoft.SqlServer.Dts.Runtime.Enumerators."
_PIPELINE = "Microsoft.SqlServer.Dts.Pipeline."


def _row(part: str, title: str, kind: str, guids: str = "", names: str = "", own: bool = True) -> PartName:
    ids = [f"{{{guid}}}" for guid in guids.split()] + names.split()
    return PartName(part, title, kind, tuple(ids + ([f"Microsoft.{part}"] if own else [])))


def _task(part: str, title: str, cls: str = "", names: str = "") -> PartName:
    """A managed task: class ``cls`` below the usual prefix, doubled when it is a bare word."""
    full = cls if cls.count(".") > 2 or not cls else _TASK + (cls if "." in cls else f"{cls}.{cls}")
    return _row(part, title, "task", "", f"{full} {names}")


def _addon(part: str, title: str) -> PartName:
    return _row(part, title, "task", "", part)


_MAINTENANCE_TITLES = {
    "Backup": "Back Up Database", "CheckIntegrity": "Check Database Integrity", "DefragmentIndex": "Reorganize Index",
    "ExecuteAgentJob": "Execute SQL Server Agent Job", "FileCleanup": "Maintenance Cleanup",
    "HistoryCleanup": "History Cleanup", "NotifyOperator": "Notify Operator", "Reindex": "Rebuild Index",
    "Shrink": "Shrink Database", "TSQLExecute": "Execute T-SQL Statement", "UpdateStatistics": "Update Statistics",
}

EXECUTABLES: tuple[PartName, ...] = (
    _row("Package", "Package", "container", "", "MSDTS.Package SSIS.Package"),
    _row("PackagePart", "Package Part", "container", "", "Microsoft.DTSPackagePart", own=False),
    _row("Sequence", "Sequence Container", "container", "", "STOCK:SEQUENCE", own=False),
    _row("ForLoop", "For Loop Container", "container", "", "STOCK:FORLOOP", own=False),
    _row("ForEachLoop", "Foreach Loop Container", "container", "", "STOCK:FOREACHLOOP", own=False),
    _row("Pipeline", "Data Flow Task", "task", "E3CFBEA8-1F48-40D8-91E1-2DEDC1EDDD56 5918251B-2970-45A4-AB5F-01C3C588FE5A", "DTS.Pipeline SSIS.Pipeline STOCK:PipelineTask"),
    _row("ExecutePackageTask", "Execute Package Task", "task", "", f"SSIS.ExecutePackageTask DTS.ExecutePackageTask {_TASK}ExecutePackageTask.ExecutePackageTask  STOCK:ExecutePackageTask"),
    _row("ReplacementTask", "Replacement Task", "task", "", "SSIS.ReplacementTask", own=False),
    _task("ActiveXScriptTask", "ActiveX Script Task", "ActiveXScriptTask", "STOCK:ActiveXScriptTask"),
    _task("Exec80PackageTask", "Execute DTS 2000 Package Task", "Exec80PackageTask", "STOCK:Exec80PackageTask"),
    _task("BulkInsertTask", "Bulk Insert Task", "BulkInsertTask", "STOCK:BulkInsertTask"),
    _task("DataProfilingTask", "Data Profiling Task", "DataProfilingTask"),
    _task("DMQueryTask", "Data Mining Query Task", "DMQueryTask"),
    _task("ExecuteProcess", "Execute Process Task", "ExecuteProcess", "STOCK:ExecuteProcessTask"),
    _task("ExecuteSQLTask", "Execute SQL Task", "ExecuteSQLTask", "STOCK:SQLTask"),
    _task("ExpressionTask", "Expression Task", "ExpressionTask"),
    _task("FileSystemTask", "File System Task", "FileSystemTask", "STOCK:FileSystemTask"),
    _task("FtpTask", "FTP Task", "FtpTask", "STOCK:FTPTask"),
    _task("MessageQueueTask", "Message Queue Task", "MessageQueueTask", "STOCK:MSMQTask"),
    _task("ScriptTask", "Script Task", "ScriptTask", "STOCK:ScriptTask"),
    _task("SendMailTask", "Send Mail Task", "SendMailTask", "STOCK:SendMailTask"),
    _task("WebServiceTask", "Web Service Task", "WebServiceTask", "STOCK:WebServiceTask"),
    _task("WmiDataReaderTask", "WMI Data Reader Task", "WmiDataReaderTask", "STOCK:WmiDataReaderTask"),
    _task("WmiEventWatcherTask", "WMI Event Watcher Task", "WmiEventWatcherTask", "STOCK:WmiEventWatcherTask"),
    _task("XMLTask", "XML Task", "XMLTask", "STOCK:XMLTask"),
    _task("TransferDatabaseTask", "Transfer Database Task", "TransferDatabaseTask", "STOCK:TransferDatabaseTask"),
    _task("TransferErrorMessagesTask", "Transfer Error Messages Task", "TransferErrorMessagesTask", "STOCK:TransferErrorMessagesTask"),
    _task("TransferJobsTask", "Transfer Jobs Task", "TransferJobsTask", "STOCK:TransferJobsTask"),
    _task("TransferLoginsTask", "Transfer Logins Task", "TransferLoginsTask", "STOCK:TransferLoginsTask"),
    _task("TransferSqlServerObjectsTask", "Transfer SQL Server Objects Task", "TransferSqlServerObjectsTask", "STOCK:TransferSqlServerObjectsTask STOCK:TransferObjectsTask"),
    _task("TransferStoredProceduresTask", "Transfer Master Stored Procedures Task", "TransferStoredProceduresTask", "STOCK:TransferStoredProceduresTask"),
    _task("ASExecuteDDLTask", "Analysis Services Execute DDL Task", f"{_ANALYSIS}ASExecuteDDLTask"),
    _task("DTSProcessingTask", "Analysis Services Processing Task", f"{_ANALYSIS}DTSProcessingTask"),
    *(
        _task(f"DbMaintenance{stem}Task", f"{title} Task", f"{_MAINTENANCE}DbMaintenance{stem}Task")
        for stem, title in _MAINTENANCE_TITLES.items()
    ),
    _row("CdcControlTask", "CDC Control Task", "task", "", "Attunity.CdcControlTask Attunity.SqlServer.CDCControlTask.CdcControlTask"),
    _addon("AdlsTask", "Azure Data Lake Store File System Task"),
    _addon("CopyFromBlobTask", "Azure Blob Download Task"),
    _addon("CopyToBlobTask", "Azure Blob Upload Task"),
    _addon("CreateHdiClusterTask", "Azure HDInsight Create Cluster Task"),
    _addon("DeleteHdiClusterTask", "Azure HDInsight Delete Cluster Task"),
    _addon("DwUploadTask", "Azure SQL DW Upload Task"),
    _addon("HadoopFileSystemTask", "Hadoop File System Task"),
    _addon("HadoopHiveTask", "Hadoop Hive Task"),
    _addon("HadoopPigTask", "Hadoop Pig Task"),
    _addon("HiveTask", "Azure HDInsight Hive Task"),
    _addon("PigTask", "Azure HDInsight Pig Task"),
)


def _enum(part: str, title: str, names: str = "") -> PartName:
    return _row(part, title, "enumerator", "", names)


ENUMERATORS: tuple[PartName, ...] = (
    _enum("ForEachFileEnumerator", "Foreach File Enumerator", "DTS.ForEachFileEnumerator"),
    _enum("ForEachADOEnumerator", "Foreach ADO Enumerator", f"{_ENUMERATOR}ADO.ForEachADOEnumerator"),
    _enum("ForEachFromVarEnumerator", "Foreach From Variable Enumerator", f"{_ENUMERATOR}FromVar.ForEachFromVarEnumerator"),
    _enum("ForEachItemEnumerator", "Foreach Item Enumerator", f"{_ENUMERATOR}Item.ForEachItemEnumerator"),
    _enum("ForEachNodeListEnumerator", "Foreach NodeList Enumerator", f"{_ENUMERATOR}NodeList.ForEachNodeListEnumerator"),
    _enum("ForEachSMOEnumerator", "Foreach SMO Enumerator", f"{_ENUMERATOR}SMO.ForEachSMOEnumerator"),
    _enum("ForEachSchemaRowsetEnumerator", "Foreach ADO.NET Schema Rowset Enumerator", f"{_ENUMERATOR}SchemaRowset.ForEachSchemaRowsetEnumerator"),
    _enum("ForEachBlobEnumerator", "Foreach Azure Blob Enumerator", "ForEachBlobEnumerator"),
    _enum("ForEachAdlsFileEnumerator", "Foreach Data Lake Storage File Enumerator", "ForEachAdlsFileEnumerator"),
    _enum("ForEachHdfsEnumerator", "Foreach HDFS File Enumerator", "ForEachHdfsEnumerator"),
)


def _provider(part: str, title: str, guids: str) -> PartName:
    return _row(part, title, "log provider", guids, f"DTS.{part}")


LOG_PROVIDERS: tuple[PartName, ...] = (
    _provider("LogProviderTextFile", "SSIS log provider for Text files", "0A039101-ACC1-4E06-943F-279948323883 59B2C6A5-663F-4C20-8863-C83F9B72E2EB"),
    _provider("LogProviderSQLServer", "SSIS log provider for SQL Server", "94150B25-6AEB-4C0D-996D-D37D1C4FDEDA 6AA833A1-E4B2-4431-831B-DE695049DC61"),
    _provider("LogProviderXMLFile", "SSIS log provider for XML files", "440945A4-2A22-4F19-B577-EAF5FDDC5F7A AFED6884-619C-484F-9A09-F42D56E1A7EA"),
    _provider("LogProviderEventLog", "SSIS log provider for Windows Event Log", "071CC8EB-C343-4CFF-8D58-564B92FCA3CF 97634F75-1DC7-4F1F-8A4C-DAF0E13AAA22"),
    _provider("LogProviderSQLProfiler", "SSIS log provider for SQL Server Profiler", "E93F6300-AE0C-4916-A7BF-A8D0CE12C77A 5C0B8D21-E9AA-462E-BA34-30FF5F7A42A1"),
)

MANAGED_HOSTS: tuple[str, ...] = (
    "{BF01D463-7089-41EE-8F05-0A6DC17CE633}", "{2E42D45B-F83C-400F-8D77-61DDE6A7DF29}",
    "{874F7595-FB5F-40FF-96AF-FBFF8250E3EF}", "{33D831DE-5DCF-48F0-B431-4D327B9E785D}",
    "{4F885D04-B578-47B7-94A0-DE9C7DA25EE2}", "{8DC69D45-2AD5-40C6-AAEC-25722F92D6FC}",
    "{7CDF593F-DE06-4ABD-B356-7976EF7AC8E0}", "DTS.ManagedComponentWrapper", "Microsoft.ManagedComponentHost",
)
"""Class ids of the wrapper all managed components share; UserComponentTypeName tells which one it is."""

_S, _T, _D = "source", "transformation", "destination"
COMPONENTS: tuple[PartName, ...] = (
    _row("OLEDBSource", "OLE DB Source", _S, "2C0A8BE5-1EDC-4353-A0EF-B778599C65A0 BCEFE59B-6819-47F7-A125-63753B33ABB7 165A526D-D5DE-47FF-96A6-F8274C19826B", "DTSAdapter.OLEDBSource"),
    _row("OLEDBDestination", "OLE DB Destination", _D, "E2568105-9550-4F71-A638-B7FE42E66922 5A0B62E8-D91D-49F5-94A5-7BE58DE508F0 4ADA7EAA-136C-4215-8098-D7A7C27FC0D1", "DTSAdapter.OLEDBDestination"),
    _row("OLEDBCommand", "OLE DB Command", _T, "C60ACAD1-9BE8-46B3-87DA-70E59EADEA46 8E61C8F6-C91D-43B6-97EB-3423C06571CC 93FFEC66-CBC8-4C7F-9C6A-CB1C17A7567D", "DTSTransform.OLEDBCommand"),
    _row("FlatFileSource", "Flat File Source", _S, "90C7770B-DE7C-435E-880E-E718C92C0573 5ACD952A-F16A-41D8-A681-713640837664 D23FD76B-F51D-420F-BBCB-19CBF6AC1AB4", "DTSAdapter.FlatFileSource"),
    _row("FlatFileDestination", "Flat File Destination", _D, "A1DF9F6D-8EE4-4EF0-BB2E-D526130D7A7B D658C424-8CF0-441C-B3C4-955E183B7FBA 8DA75FED-1B7C-407D-B2AD-2B24209CCCA4", "DTSAdapter.FlatFileDestination"),
    _row("ExcelSource", "Excel Source", _S, "B551FCA8-23BD-4719-896F-D8F352A5283C A4B1E1C8-17F3-46C8-AAD0-34F0C6FE42DE 8C084929-27D1-479F-9641-ABB7CDADF1AC", "DTSAdapter.ExcelSource"),
    _row("ExcelDestination", "Excel Destination", _D, "4963CAED-CB38-4146-96F0-5910342FF3B9 C9269E28-EBDE-4DED-91EB-0BF42842F9F4 1F5D5712-2FBA-4CB9-A95A-86C1F336E1DA", "DTSAdapter.ExcelDestination"),
    _row("RawSource", "Raw File Source", _S, "E2568105-9550-4F71-A638-B7FE42E66930 51DC0B24-7421-45C3-B4AB-9481A683D91D 480C7D5A-CE63-405C-B338-3C7F26560EE3", "DTSAdapter.RawSource"),
    _row("RawDestination", "Raw File Destination", _D, "E2568105-9550-4F71-A638-B7FE42E66933 485E7329-8754-42B4-AA5B-29C5DA09CAD5 04762BB6-892F-4EE6-AD46-9CEB0A7EC7A2", "DTSAdapter.RawDestination"),
    _row("RecordsetDestination", "Recordset Destination", _D, "FFF3C376-C5BF-45BC-A3A3-C8C9DEDD2CF5 167AF7E9-BA81-425F-B73D-E30C2DCC0F09 C457FD7E-CE98-4C4B-AEFE-F3AE0044F181", "DTSAdapter.RecordsetDestination"),
    _row("SQLServerDestination", "SQL Server Destination", _D, "5244B484-7C76-4026-9A01-00928EA81550 E4B61516-847B-4BDF-9CC6-1968A2D43E73 F452EAF3-5EF0-43F1-8067-09DDF0BC6316", "DTSAdapter.SQLServerDestination"),
    _row("Aggregate", "Aggregate", _T, "F40CF2A6-384A-4C57-B99C-ADAF31E51EBC 9ABE8DF3-0052-42DB-8B18-2089E1D1D1B7 5B201335-B360-485C-BB93-75C34E09B3D3", "DTSTransform.Aggregate"),
    _row("Lineage", "Audit", _T, "18C6AD8E-96E0-4C94-885B-B5FD43A8A101 32711D35-7D9D-44E5-B57E-A17D33D5C38C 4FCE8297-9C65-40A9-9D60-00C5CC6BC283", "DTSTransform.Lineage"),
    _row("Cache", "Cache Transform", _T, "A236DD44-4409-433E-A1CE-283DA18F4E0F BF818E79-2C1C-410D-ADEA-B2D1A04FED01", "DTSTransform.Cache"),
    _row("CharacterMap", "Character Map", _T, "2D9FDEDD-085F-4294-ABBA-818E2CCD0733 DEC33219-BA68-4FEB-AC98-9C1B1E577A8D C86C867A-7D40-486A-8734-F0B6943A9DD4", "DTSTransform.CharacterMap"),
    _row("ConditionalSplit", "Conditional Split", _T, "53A228EE-EBFA-48D6-A1AC-5269E5824A2C 3AE878C6-0D6C-4F48-8128-40E00E9C1B7D 7F88F654-4E20-4D14-84F4-AF9C925D3087", "DTSTransform.ConditionalSplit"),
    _row("CopyMap", "Copy Column", _T, "98F16A65-E02F-4B0F-87D4-C217EA074619 D231ABC4-4754-481B-8F7A-CD4BD8D09832", "DTSTransform.CopyMap"),
    _row("DataConvert", "Data Conversion", _T, "C3BF62C8-7C5C-4F85-83C3-E0B6F6BE267C BD06A22E-BC69-4AF7-A69B-C44C2EF684BB 62B1106C-7DB8-4EC8-ADD6-4C664DFFC54A", "DTSTransform.DataConvert"),
    _row("DerivedColumn", "Derived Column", _T, "9CF90BF0-5BCC-4C63-B91D-1F322DC12C26 2932025B-AB99-40F6-B5B8-783A73F80E24 49928E82-9C4E-49F0-AABE-3812B82707EC", "DTSTransform.DerivedColumn"),
    _row("Extractor", "Export Column", _T, "DE059577-B5F1-4883-A22B-CB0A40E16D7B 86151302-DCDB-49FB-92FE-772EC02712B6 A9823821-0085-4483-952F-36277F63FFC5", "TxFileExtractor.Extractor"),
    _row("Inserter", "Import Column", _T, "B0779BAF-39EA-44A1-B7EA-C2FAF97E0AB8 C8AEEE54-67A0-41A8-821D-D1C8BED62C68 9053CAE0-140B-48E4-AEEC-4E6A26E9E436", "TxFileInserter.Inserter"),
    _row("FuzzyGrouping", "Fuzzy Grouping", _T, "30575856-AD5B-483D-92C5-5A36D11F0F75 0A1BDBA0-9C6E-4AD7-97B1-E0E79E462629 836E0D0B-0358-45B4-B888-4ADCE9356D4E", "DTSTransform.GroupDups"),
    _row("FuzzyLookup", "Fuzzy Lookup", _T, "5056651F-F227-4978-94DF-53CDF9E8CCB6 E4A5F949-EC93-45AB-8B36-B52936257EC2 9F4EB4D4-AD71-496D-B70B-31ECE1139884", "DTSTransform.BestMatch"),
    _row("Lookup", "Lookup", _T, "0FB4AABB-C027-4440-809A-1198049BF117 27648839-180F-45E6-838D-AFF53DF682D2 671046B0-AA63-4C9F-90E4-C06E0B710CE3", "DTSTransform.Lookup"),
    _row("Merge", "Merge", _T, "D3FC84FA-748F-40B4-A967-F1574F917BE5 36E0E750-2510-4776-AA6E-17EAE84FD63E 08AE886A-4124-499C-B332-16E3299D225A", "DTSTransform.Merge"),
    _row("MergeJoin", "Merge Join", _T, "0D598A60-0A32-4B1B-A72C-5030B64E3A20 A18A4D58-7C7A-4448-8B98-AE2CEFE81B4C 14D43A4F-D7BD-489D-829E-6DE35750CFE4", "DTSTransform.MergeJoin"),
    _row("Multicast", "Multicast", _T, "F1CEE4CE-066D-4FBE-9DC4-4C697A617264 1ACA4459-ACE0-496F-814A-8611F9C27E23 EC139FBC-694E-490B-8EA7-35690FB0F445", "DTSTransform.Multicast"),
    _row("PctSampling", "Percentage Sampling", _T, "CEFEB125-5BB5-4F91-A349-94B8961C641B 05322586-D434-4593-8BE4-8CFC766D9C8B", "DTSTransform.PctSampling"),
    _row("Pivot", "Pivot", _T, "49EB1DDB-8127-47C6-8B28-B97F7685DD59 DD5A6456-8430-422B-9F50-7EF5A1B63CA8 AEB2AFAE-2201-48B1-B290-42BB8C9149DD", "DTSTransform.Pivot"),
    _row("UnPivot", "Unpivot", _T, "CDEA2A77-9235-47FC-9D9E-B32EC6F8ACE9 8F25687E-2ACA-4EF3-88A3-53099FDAAF43 B8B094A9-8809-4E06-8874-5C55606A9FDF", "DTSTransform.UnPivot"),
    _row("RowCount", "Row Count", _T, "DE50D3C7-41AF-4804-9247-CF1DEB147971 150E6007-7C6A-4CC3-8FF3-FC73783A972E E2697D8C-70DA-42B2-8208-A19CE3A9FE41", "DTSTransform.RowCount"),
    _row("RowSampling", "Row Sampling", _T, "19FBD9D1-7707-49F8-8EB2-BD7C6DA183C2 A44C46A3-0A3F-454B-B3BD-0BC23D4BCE94 284A868A-7C3D-498C-ABBF-028CEF6AB288", "DTSTransform.RowSampling"),
    _row("SCD", "Slowly Changing Dimension", _T, "70909A92-ECE9-486D-B17E-30EDE908849E 25BBB0C5-369B-4303-B3DF-D0DC741DEE58", "DTSTransform.SCD"),
    _row("Sort", "Sort", _T, "F1CEE4CE-066D-4FBE-9DC4-CD97202F3450 07127A7C-164B-422A-AD1F-24BE39B4DB38 5B1A3FF5-D366-4D75-AD1F-F19A36FCBEDB", "DTSTransform.Sort"),
    _row("TermExtraction", "Term Extraction", _T, "119D450D-E2A3-4DB0-A7BC-ACDE2536673E 056F53D1-8081-4D07-8134-1D4DAC244BB2", "DTSTransform.TermExtraction"),
    _row("TermLookup", "Term Lookup", _T, "4CC3A325-9885-48B4-B451-147C2D523646 ACCC729A-823D-49A7-B16D-F1999AEB1D4C", "DTSTransform.TermLookup"),
    _row("UnionAll", "Union All", _T, "C5E47A29-265C-4F93-82CA-D8462EE23278 4D9F9B7C-84D9-4335-ADB0-2542A7E35422 B594E9A8-4351-4939-891C-CFE1AB93E925", "DTSTransform.UnionAll"),
    _row("PXPipelineDMQuery", "Data Mining Query", _T, "9C58B013-AF30-455F-B809-50F425AFBCAC", "MSMDPP.PXPipelineDMQuery"),
    _row("PXPipelineProcessDM", "Data Mining Model Training", _D, "0183D6BA-8792-4602-A6AB-6DF19E7F9979", "MSMDPP.PXPipelineProcessDM"),
    _row("PXPipelineProcessDimension", "Dimension Processing", _D, "7D1B6DD6-C1A9-416E-9E7F-31400E3F7249", "MSMDPP.PXPipelineProcessDimension"),
    _row("PXPipelineProcessPartition", "Partition Processing", _D, "DCDA2491-C4A4-4C84-9253-119AEF1A4CD7", "MSMDPP.PXPipelineProcessPartition"),
    _row("BDD", "Balanced Data Distributor", _T, "", "DTSTransform.BalancedDataDistributor"),
    _row("SSISODBCSrc", "ODBC Source", _S, "A77F5655-A006-443A-9B7E-90B6BD55CB84", "AttunitySSISODBCSrc Attunity.SSISODBCSrc Microsoft.ODBCSource"),
    _row("SSISODBCDst", "ODBC Destination", _D, "", "AttunitySSISODBCDst Attunity.SSISODBCDst Microsoft.ODBCDestination"),
    _row("SSISOracleSrc", "Oracle Source", _S, "", "Attunity.SSISOraSrc"),
    _row("SSISOracleDst", "Oracle Destination", _D, "", "Attunity.SSISOraDst"),
    _row("ScriptComponentHost", "Script Component", _T, "", f"{_PIPELINE}ScriptComponentHost"),
    _row("DataReaderSourceAdapter", "ADO NET Source", _S, "", f"{_PIPELINE}DataReaderSourceAdapter"),
    _row("ADONETDestination", "ADO NET Destination", _D, "", f"{_PIPELINE}ADONETDestination"),
    _row("DataReaderDestinationAdapter", "DataReader Destination", _D, "", f"{_PIPELINE}DataReaderDestinationAdapter"),
    _row("XmlSourceAdapter", "XML Source", _S, "", f"{_PIPELINE}XmlSourceAdapter"),
    _row("SqlCEDestinationAdapter", "SQL Server Compact Destination", _D, "", f"{_PIPELINE}SqlCEDestinationAdapter"),
    _row("DataCorrectionComponent", "DQS Cleansing", _T, "", "Microsoft.Ssdqs.Component.DataCorrection.Logic.DataCorrectionComponent"),
    _row("OData", "OData Source", _S),
    _row("DataStreamingDestinationAdapter", "Data Streaming Destination", _D),
    _row("CdcSourceComponent", "CDC Source", _S, "", "Attunity.CdcSourceComponent Attunity.SqlServer.CDCSrc.CdcSourceComponent"),
    _row("CdcSplitterComponent", "CDC Splitter", _T, "", "Attunity.CdcSplitterComponent Attunity.SqlServer.CDCSplit.CdcSplitterComponent"),
    _row("AzBlobSrc", "Azure Blob Source", _S, "", "AzBlobSrc"),
    _row("AzBlobDest", "Azure Blob Destination", _D, "", "AzBlobDest"),
    _row("AdlsSource", "Azure Data Lake Store Source", _S, "", "AdlsSource"),
    _row("AdlsDest", "Azure Data Lake Store Destination", _D, "", "AdlsDest"),
    _row("HdfsSource", "HDFS File Source", _S, "", "HdfsSource"),
    _row("HdfsDest", "HDFS File Destination", _D, "", "HdfsDest"),
)

CONNECTION_KINDS: tuple[PartName, ...] = tuple(
    PartName(part, title, "connection manager", ids or (part,))
    for part, title, ids in (
        ("ADO.NET", "ADO.NET", ("ADO.NET", "ADO.NET:SQL", "ADO.NET:OLEDB", "ADO.NET:ODBC", "ADO.NET:ORACLE")),
        ("MSOLAP", "Analysis Services", ("MSOLAP", "MSOLAP90", "MSOLAP100")),
        ("OLEDB", "OLE DB", ()), ("ADO", "ADO", ()), ("ODBC", "ODBC", ()), ("EXCEL", "Excel", ()),
        ("FILE", "File", ()), ("MULTIFILE", "Multiple Files", ()), ("FLATFILE", "Flat File", ()),
        ("MULTIFLATFILE", "Multiple Flat Files", ()), ("CACHE", "Cache", ()), ("FTP", "FTP", ()),
        ("HTTP", "HTTP", ()), ("SMTP", "SMTP", ()), ("MSMQ", "MSMQ", ()), ("WMI", "WMI", ()),
        ("SMOServer", "SMO", ()), ("SQLMOBILE", "SQL Server Compact", ()), ("DQS", "Data Quality Services", ()),
        ("ODATA", "OData", ()), ("ORACLE", "Oracle", ()), ("Hadoop", "Hadoop", ()),
        ("AzureStorage", "Azure Storage", ()), ("AzureDataLake", "Azure Data Lake Store", ()),
        ("AzureHDInsight", "Azure HDInsight", ()), ("AzureResourceManager", "Azure Resource Manager", ()),
        ("SPCRED", "SharePoint Credential", ()), ("DevartSalesforce", "Devart Salesforce", ()), ("FTPS", "FTPS", ()),
        ("SSH", "SSH", ()),
        ("ZS-SFTP", "SFTP (third party)", ()),
    )
)

# fmt: on

_PROGID_VERSION = re.compile(r"\.\d+$")


def _key(identifier: str) -> str:
    """What is compared: the text before the first comma, no case, no progid version."""
    return _PROGID_VERSION.sub("", identifier.partition(",")[0].strip().lower())


_TABLES = {
    "executable": EXECUTABLES, "enumerator": ENUMERATORS, "log provider": LOG_PROVIDERS, "component": COMPONENTS,
    "connection manager": CONNECTION_KINDS,
}  # fmt: skip


@cache
def _index(table: str) -> dict[str, str]:
    """Key of id → part, made when first asked for: a package without data flow starts without the components'."""
    return {_key(identifier): row.part for row in _TABLES[table] for identifier in row.ids if identifier}


@cache
def _host_keys() -> frozenset[str]:
    return frozenset(_key(host) for host in MANAGED_HOSTS)


@cache
def _titles() -> dict[str, str]:
    return {row.title.lower(): row.part for row in COMPONENTS} | {
        "datareader source": "DataReaderSourceAdapter",
        "ado.net source": "DataReaderSourceAdapter",
        "ado.net destination": "ADONETDestination",
        "data convert": "DataConvert",
        "raw source": "RawSource",
        "raw destination": "RawDestination",
    }


def executable_part(type_id: str) -> str:
    """The part of a ``DTS:ExecutableType``; empty when unknown.

    >>> executable_part("Microsoft.SqlServer.Dts.Tasks.ScriptTask.ScriptTask, Microsoft.SqlServer.ScriptTask")
    'ScriptTask'
    >>> executable_part("STOCK:Sequence"), executable_part("SSIS.Pipeline.3"), executable_part("My.Task")
    ('Sequence', 'Pipeline', '')
    """
    return _index("executable").get(_key(type_id), "")


def enumerator_part(creation_name: str) -> str:
    """The part of a for-each enumerator's CreationName; empty when unknown."""
    return _index("enumerator").get(_key(creation_name), "")


def log_provider_part(creation_name: str) -> str:
    """The part of a log provider's CreationName, progid or class id (dtexec ``/Logger``); empty when unknown."""
    return _index("log provider").get(_key(creation_name), "")


def component_part(class_id: str, user_type: str = "", contact_info: str = "", description: str = "") -> str:
    """The part of a data flow component; empty when unknown.

    ``user_type`` is UserComponentTypeName of managed components. An unknown class GUID
    falls back on the text before the first ``;`` of ``contact_info``, then ``description``.

    >>> component_part("DTS.ManagedComponentWrapper.3", "Microsoft.SqlServer.Dts.Pipeline.XmlSourceAdapter, X")
    'XmlSourceAdapter'
    """
    key = _key(class_id)
    if key in _host_keys():
        return _index("component").get(_key(user_type), "")
    found = _index("component").get(key)
    if found is None and key.startswith("{"):
        found = _titles().get(contact_info.partition(";")[0].strip().lower()) or _titles().get(
            description.strip().lower()
        )
    return found or ""


def connection_kind(creation_name: str) -> str:
    """The kind of a connection manager's CreationName; ``ADO.NET:…`` in any form is ``ADO.NET``."""
    text = creation_name.strip()
    if text[:8].upper() == "ADO.NET:":
        return "ADO.NET"
    return _index("connection manager").get(_key(text), "")


def ado_net_provider(creation_name: str) -> str:
    """The provider behind an ``ADO.NET:…`` CreationName: ``SQL``, ``OLEDB``, ``ODBC``, ``ORACLE`` or empty.

    >>> ado_net_provider("ADO.NET:System.Data.SqlClient.SqlConnection, System.Data, Version=4.0.0.0")
    'SQL'
    """
    name = creation_name.partition(":")[2].partition(",")[0].rpartition(".")[2].strip().upper()
    stem = name.removesuffix("CONNECTION")
    return stem if stem in {"SQL", "OLEDB", "ODBC", "ORACLE"} else ""


def part_ids(part: str) -> tuple[str, ...]:
    """Every id of a part, in any table; empty when there is no such part."""
    for table in (EXECUTABLES, COMPONENTS, ENUMERATORS, LOG_PROVIDERS, CONNECTION_KINDS):
        for row in table:
            if row.part == part:
                return row.ids
    return ()
