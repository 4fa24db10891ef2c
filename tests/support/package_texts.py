"""One made-up package written in the shape of each format: properties as children or as attributes."""

from dtserve.package import PackageDocument

FLAT, DB = "{11111111-1111-1111-1111-111111111111}", "{22222222-2222-2222-2222-222222222222}"
TASK = "Microsoft.SqlServer.Dts.Tasks.{0}.{0}, Microsoft.SqlServer.{0}, Version={1}, Culture=neutral, PublicKeyToken=89845dcd8080cc91"
COMPONENTS = {
    2: ("{90C7770B-DE7C-435E-880E-E718C92C0573}", "{9CF90BF0-5BCC-4C63-B91D-1F322DC12C26}", "{C5E47A29-265C-4F93-82CA-D8462EE23278}", "{E2568105-9550-4F71-A638-B7FE42E66922}"),
    3: ("{5ACD952A-F16A-41D8-A681-713640837664}", "{2932025B-AB99-40F6-B5B8-783A73F80E24}", "{4D9F9B7C-84D9-4335-ADB0-2542A7E35422}", "{5A0B62E8-D91D-49F5-94A5-7BE58DE508F0}"),
    6: ("{D23FD76B-F51D-420F-BBCB-19CBF6AC1AB4}", "DTSTransform.DerivedColumn.3", "{B594E9A8-4351-4939-891C-CFE1AB93E925}", "{4ADA7EAA-136C-4215-8098-D7A7C27FC0D1}"),
    8: ("Microsoft.FlatFileSource", "Microsoft.DerivedColumn", "Microsoft.UnionAll", "Microsoft.OLEDBDestination"),
}  # fmt: skip
ROOTS = {2: "MSDTS.Package.1", 3: "SSIS.Package.2", 6: "SSIS.Package.3", 8: "Microsoft.Package"}
PIPELINES = {2: "DTS.Pipeline.1", 3: "SSIS.Pipeline.2", 6: "SSIS.Pipeline.3", 8: "Microsoft.Pipeline"}


def executable_type(part: str, number: int) -> str:
    return (
        f"Microsoft.{part}"
        if number == 8
        else TASK.format(part, {2: "9.0.242.0", 3: "10.0.0.0", 6: "11.0.0.0"}[number])
    )


def _p(name: str, value: str, data_type: str = "") -> str:
    kind = f' DTS:DataType="{data_type}"' if data_type else ""
    return f'<DTS:Property DTS:Name="{name}"{kind}>{value}</DTS:Property>\n'


def _block(name: str, dtsid: str, creation: str, **changed: str) -> str:
    values = {
        "ForceExecValue": "0", "ExecValue": "0", "ForceExecutionResult": "-1", "Disabled": "0",
        "FailPackageOnFailure": "0", "FailParentOnFailure": "0", "MaxErrorCount": "1", "ISOLevel": "1048576",
        "LocaleID": "-1", "TransactionOption": "1", "DelayValidation": "0",
    } | changed  # fmt: skip
    text = "".join(_p(k, v, "3" if k == "ExecValue" else "") for k, v in values.items())
    return (
        text
        + _p("ObjectName", name)
        + _p("DTSID", dtsid)
        + _p("Description", "")
        + _p("CreationName", creation)
        + _p("DisableEventHandlers", "0")
    )


LOGGING = _p("LoggingMode", "0") + _p("FilterKind", "1") + _p("EventFilter", "", "8")
_SQL = '<SQLTask:SqlTaskData SQLTask:Connection="{0}" SQLTask:SqlStatementSource="{1}" xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask"/>'
_ENUMERATOR = (
    "<ForEachFileEnumeratorProperties>"
    '<FEFEProperty Folder="C:\\data"/><FEFEProperty FileSpec="*.csv"/>'
    '<FEFEProperty FileNameRetrievalType="0"/><FEFEProperty Recurse="0"/></ForEachFileEnumeratorProperties>'
)


def old_variable(namespace: str, name: str, vt: int, value: str, dtsid: str, expression: str = "") -> str:
    return (
        "<DTS:Variable>" + _p("Expression", expression) + _p("EvaluateAsExpression", "-1" if expression else "0")
        + _p("Namespace", namespace) + _p("ReadOnly", "0") + _p("RaiseChangedEvent", "0") + _p("IncludeInDebugDump", "2345")
        + f'<DTS:VariableValue DTS:DataType="{vt}">{value}</DTS:VariableValue>' + _p("ObjectName", name) + _p("DTSID", dtsid)
        + _p("Description", "") + _p("CreationName", "") + "</DTS:Variable>"
    )  # fmt: skip


def _old_pipeline(number: int) -> str:
    source, derived, union, target = COMPONENTS[number]
    prop = '<property id="{0}" name="{1}" dataType="System.String" state="default" isArray="false" description="" typeConverter="" UITypeEditor="" containsID="{3}" expressionType="None">{2}</property>'
    column = 'description="" precision="0" scale="0" codePage="0" sortKeyPosition="0" comparisonFlags="0" specialFlags="{0}" errorOrTruncationOperation="" errorRowDisposition="{1}" truncationRowDisposition="NotUsed" externalMetadataColumnId="{2}"'
    side = 'description="" hasSideEffects="{0}" dangling="false" errorOrTruncationOperation="" errorRowDisposition="NotUsed" truncationRowDisposition="NotUsed"'
    out = 'description="" exclusionGroup="{0}" synchronousInputId="{1}" deleteOutputOnPathDetached="false" hasSideEffects="false" dangling="false" isErrorOut="{2}" isSorted="false" errorOrTruncationOperation="" errorRowDisposition="NotUsed" truncationRowDisposition="NotUsed"'
    head = 'description="" localeId="-1" usesDispositions="{0}" validateExternalMetadata="True" version="0" pipelineVersion="0" contactInfo=""'
    ext = '<externalMetadataColumns isUsed="False"/>'
    return (
        '<pipeline id="0" name="pipelineXml" description="pipelineXml" defaultBufferMaxRows="10000" engineThreads="10" defaultBufferSize="10485760" BLOBTempStoragePath="" bufferTempStoragePath="" runInOptimizedMode="true"><components>'
        f'<component id="1" name="Read" componentClassID="{source}" {head.format("true")}>'
        f'<properties>{prop.format(2, "FileNameColumnName", "", "false")}</properties>'
        f'<connections><connection id="3" name="FlatFileConnection" description="" connectionManagerID="{FLAT}"/></connections>'
        f'<outputs><output id="4" name="Out" {out.format(0, 0, "false")}><outputColumns>'
        f'<outputColumn id="5" name="Id" lineageId="5" dataType="i4" length="0" {column.format(0, "FailComponent", 6)}/>'
        f'<outputColumn id="7" name="Name" lineageId="7" dataType="wstr" length="50" {column.format(0, "RedirectRow", 8)}/></outputColumns>'
        '<externalMetadataColumns isUsed="True"><externalMetadataColumn id="6" name="Id" description="" precision="0" scale="0" length="0" dataType="i4" codePage="0"/>'
        '<externalMetadataColumn id="8" name="Name" description="" precision="0" scale="0" length="50" dataType="wstr" codePage="0"/></externalMetadataColumns></output></outputs></component>'
        f'<component id="20" name="Derive" componentClassID="{derived}" {head.format("true")}>'
        f'<inputs><input id="21" name="In" {side.format("false")}><inputColumns>'
        '<inputColumn id="22" name="Name" description="" lineageId="7" usageType="readOnly" errorOrTruncationOperation="" errorRowDisposition="NotUsed" truncationRowDisposition="NotUsed" externalMetadataColumnId="0"/></inputColumns>'
        f'{ext}</input></inputs><outputs><output id="23" name="Out" {out.format(1, 21, "false")}><outputColumns>'
        f'<outputColumn id="24" name="Upper" lineageId="24" dataType="wstr" length="50" {column.format(0, "FailComponent", 0)}>'
        f'<properties>{prop.format(25, "Expression", "[UPPER](#7)", "true")}</properties></outputColumn></outputColumns>{ext}</output></outputs></component>'
        f'<component id="30" name="Union" componentClassID="{union}" {head.format("false")}>'
        f'<inputs><input id="31" name="In" {side.format("false")}><inputColumns>'
        '<inputColumn id="32" name="Upper" description="" lineageId="24" usageType="readOnly" errorOrTruncationOperation="" errorRowDisposition="NotUsed" truncationRowDisposition="NotUsed" externalMetadataColumnId="0">'
        f'<properties>{prop.format(33, "OutputColumnLineageID", "35", "true")}</properties></inputColumn></inputColumns>{ext}</input></inputs>'
        f'<outputs><output id="34" name="Out" {out.format(0, 0, "false")}><outputColumns>'
        f'<outputColumn id="35" name="Upper" lineageId="35" dataType="wstr" length="50" {column.format(0, "NotUsed", 0)}/></outputColumns>{ext}</output></outputs></component>'
        f'<component id="40" name="Write" componentClassID="{target}" {head.format("true")}>'
        f'<properties>{prop.format(41, "OpenRowset", "[dbo].[T]", "false")}</properties>'
        f'<connections><connection id="42" name="OleDbConnection" description="" connectionManagerID="{DB}"/></connections>'
        f'<inputs><input id="43" name="In" {side.format("true")}><inputColumns>'
        '<inputColumn id="44" name="Upper" description="" lineageId="35" usageType="readOnly" errorOrTruncationOperation="" errorRowDisposition="NotUsed" truncationRowDisposition="NotUsed" externalMetadataColumnId="45"/></inputColumns>'
        '<externalMetadataColumns isUsed="True"><externalMetadataColumn id="45" name="Name" description="" precision="0" scale="0" length="50" dataType="wstr" codePage="0"/></externalMetadataColumns></input></inputs></component>'
        '</components><paths><path id="50" name="Out" description="" startId="4" endId="21"/><path id="51" name="Out" description="" startId="23" endId="31"/>'
        '<path id="52" name="Out" description="" startId="34" endId="43"/></paths></pipeline>'
    )  # fmt: skip


def old_package(number: int = 3, level: int = 0) -> bytes:
    """The package in the shape of the formats 2 and 3."""
    sql, flow = executable_type("ExecuteSQLTask", number), PIPELINES[number]
    head = "".join(_p(*pair) for pair in (
        ("PackageFormatVersion", str(number)), ("VersionComments", ""), ("CreatorName", "ann"), ("CreatorComputerName", "box"),
        ("CreationDate", "1/2/2020 3:04:05 PM", "7"), ("PackageType", "5"), ("ProtectionLevel", str(level)),
        ("MaxConcurrentExecutables", "-1"), ("PackagePriorityClass", "0"), ("VersionMajor", "1"), ("VersionMinor", "0"),
        ("VersionBuild", "7"), ("VersionGUID", "{99999999-9999-9999-9999-999999999999}"), ("EnableConfig", "-1"),
        ("CheckpointFileName", ""), ("SaveCheckpoints", "0"), ("CheckpointUsage", "0"), ("SuppressConfigurationWarnings", "0"),
    ))  # fmt: skip
    flat = (
        "<DTS:ConnectionManager>" + _p("DelayValidation", "0") + _p("ObjectName", "Flat") + _p("DTSID", FLAT) + _p("Description", "")
        + _p("CreationName", "FLATFILE") + "<DTS:ObjectData><DTS:ConnectionManager>" + _p("FileUsageType", "0") + _p("Format", "Delimited")
        + _p("LocaleID", "1033") + _p("Unicode", "0") + _p("HeaderRowsToSkip", "0") + _p("HeaderRowDelimiter", "_x000D__x000A_")
        + _p("ColumnNamesInFirstDataRow", "-1") + _p("RowDelimiter", "") + _p("DataRowsToSkip", "0") + _p("TextQualifier", "_x0022_") + _p("CodePage", "1252")
        + "".join(
            "<DTS:FlatFileColumn>" + _p("ColumnType", "Delimited") + _p("ColumnDelimiter", delimiter) + _p("ColumnWidth", "0")
            + _p("MaximumWidth", width) + _p("DataType", kind) + _p("DataPrecision", "0") + _p("DataScale", "0") + _p("TextQualified", "-1")
            + _p("ObjectName", name) + _p("DTSID", f"{{{index}1111111-2222-1111-1111-111111111111}}") + _p("Description", "") + _p("CreationName", "") + "</DTS:FlatFileColumn>"
            for index, (name, kind, width, delimiter) in enumerate((("Id", "3", "0", "_x002C_"), ("Name", "130", "50", "_x000D__x000A_")), 1)
        )
        + _p("ConnectionString", "C:\\data\\a.csv") + "</DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager>"
    )  # fmt: skip
    database = (
        "<DTS:ConnectionManager>" + _p("DelayValidation", "0") + _p("ObjectName", "Db") + _p("DTSID", DB) + _p("Description", "") + _p("CreationName", "OLEDB")
        + '<DTS:PropertyExpression DTS:Name="ServerName">@[User::Server]</DTS:PropertyExpression>'
        + "<DTS:ObjectData><DTS:ConnectionManager>" + _p("Retain", "-1") + _p("ConnectionString", "Data Source=.;User ID=sa;Initial Catalog=tempdb;")
        + '<DTS:Password DTS:Name="Password" Sensitive="1">s3cret&amp;€</DTS:Password></DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager>'
    )  # fmt: skip
    configuration = (
        "<DTS:Configuration>" + _p("ConfigurationType", "1") + _p("ConfigurationString", "a.dtsConfig") + _p("ConfigurationVariable", "")
        + _p("ObjectName", "Conf") + _p("DTSID", "{33333333-3333-3333-3333-333333333333}") + _p("Description", "") + _p("CreationName", "") + "</DTS:Configuration>"
    )  # fmt: skip
    provider = (
        "<DTS:LogProvider>" + _p("ConfigString", "Flat") + _p("DelayValidation", "0") + _p("ObjectName", "Log") + _p("DTSID", "{44444444-4444-4444-4444-444444444444}")
        + _p("Description", "") + _p("CreationName", "Microsoft.LogProviderTextFile") + "<DTS:ObjectData><InnerObject/></DTS:ObjectData></DTS:LogProvider>"
    )  # fmt: skip
    logging = (
        "<DTS:LoggingOptions>" + _p("LoggingMode", "1") + _p("FilterKind", "0") + _p("EventFilter", "2,7,OnError,12,OnTaskFailed", "8")
        + '<DTS:Property DTS:Name="ColumnFilter" DTS:EventName="OnError">' + _p("Computer", "-1") + _p("Operator", "0") + "</DTS:Property>"
        + '<DTS:SelectedLogProvider DTS:InstanceID="{44444444-4444-4444-4444-444444444444}"/></DTS:LoggingOptions>'
    )  # fmt: skip
    tasks = "".join(
        f'<DTS:Executable DTS:ExecutableType="{sql}" DTS:ThreadHint="0">' + _p("ExecutionLocation", "0") + _p("ExecutionAddress", "") + _p("TaskContact", "me")
        + _block(name, dtsid, sql, **extra) + f"<DTS:LoggingOptions>{LOGGING}</DTS:LoggingOptions><DTS:ObjectData>{_SQL.format(DB, statement)}</DTS:ObjectData></DTS:Executable>"
        for name, dtsid, statement, extra in (
            ("First", "{AAAAAAAA-0000-0000-0000-000000000001}", "SELECT 1", {"MaxErrorCount": "3", "TransactionOption": "2"}),
            ("Second [x].y", "{AAAAAAAA-0000-0000-0000-000000000002}", "SELECT 2 &lt; 3", {"ForceExecValue": "-1", "ExecValue": "5", "Disabled": "-1"}),
        )
    )  # fmt: skip
    constraint = (
        "<DTS:PrecedenceConstraint>" + _p("Value", "1") + _p("EvalOp", "3") + _p("LogicalAnd", "-1") + _p("Expression", "@[User::Count] > 1".replace(">", "&gt;"))
        + '<DTS:Executable IDREF="{AAAAAAAA-0000-0000-0000-000000000001}" DTS:IsFrom="-1"/><DTS:Executable IDREF="{AAAAAAAA-0000-0000-0000-000000000002}" DTS:IsFrom="0"/>'
        + _p("ObjectName", "C1") + _p("DTSID", "{55555555-5555-5555-5555-555555555555}") + _p("Description", "") + _p("CreationName", "") + "</DTS:PrecedenceConstraint>"
    )  # fmt: skip
    sequence = (
        '<DTS:Executable DTS:ExecutableType="STOCK:SEQUENCE">' + _block("Steps", "{AAAAAAAA-0000-0000-0000-000000000003}", "STOCK:SEQUENCE")
        + old_variable("User", "Inner", 11, "-1", "{AAAAAAAA-0000-0000-0000-000000000013}") + f"<DTS:LoggingOptions>{LOGGING}</DTS:LoggingOptions>" + tasks + constraint + "</DTS:Executable>"
    )  # fmt: skip
    loop = (
        '<DTS:Executable DTS:ExecutableType="STOCK:FOREACHLOOP"><DTS:ForEachEnumerator>'
        + '<DTS:PropertyExpression DTS:Name="Directory">@[User::Server]</DTS:PropertyExpression>'
        + _p("ObjectName", "{77777777-7777-7777-7777-777777777777}") + _p("DTSID", "{77777777-7777-7777-7777-777777777777}") + _p("Description", "")
        + _p("CreationName", "Microsoft.ForEachFileEnumerator") + f"<DTS:ObjectData>{_ENUMERATOR}</DTS:ObjectData></DTS:ForEachEnumerator>" + _p("MaxConcurrent", "1")
        + _block("Files", "{AAAAAAAA-0000-0000-0000-000000000004}", "STOCK:FOREACHLOOP") + f"<DTS:LoggingOptions>{LOGGING}</DTS:LoggingOptions>"
        + f'<DTS:Executable DTS:ExecutableType="{flow}" DTS:ThreadHint="0">' + _p("ExecutionLocation", "0") + _p("ExecutionAddress", "") + _p("TaskContact", "")
        + _block("Flow", "{AAAAAAAA-0000-0000-0000-000000000005}", flow) + f"<DTS:LoggingOptions>{LOGGING}</DTS:LoggingOptions>"
        + f"<DTS:ObjectData>{_old_pipeline(number)}</DTS:ObjectData></DTS:Executable>"
        + "<DTS:ForEachVariableMapping>" + _p("VariableName", "User::File") + _p("ValueIndex", "0", "3") + _p("ObjectName", "m") + _p("DTSID", "{88888888-8888-8888-8888-888888888888}")
        + _p("Description", "") + _p("CreationName", "") + "</DTS:ForEachVariableMapping></DTS:Executable>"
    )  # fmt: skip
    handler = (
        "<DTS:EventHandler>" + _p("EventID", "0") + _p("EventName", "OnError") + old_variable("System", "Propagate", 11, "-1", "{AAAAAAAA-0000-0000-0000-000000000016}")
        + "".join(_p(k, v) for k, v in (("Disabled", "0"), ("LocaleID", "-1"), ("DTSID", "{66666666-6666-6666-6666-666666666666}"), ("Description", ""), ("CreationName", "OnError"), ("DisableEventHandlers", "0")))
        + "</DTS:EventHandler>"
    )  # fmt: skip
    body = (
        _block("Sample", "{AAAAAAAA-0000-0000-0000-000000000000}", ROOTS[number], LocaleID="1033", MaxErrorCount="2")
        + old_variable("User", "Count", 3, "5", "{AAAAAAAA-0000-0000-0000-000000000010}") + old_variable("User", "File", 8, "a &lt; b", "{AAAAAAAA-0000-0000-0000-000000000011}")
        + old_variable("User", "Server", 8, "x", "{AAAAAAAA-0000-0000-0000-000000000012}", "&quot;a&quot; + &quot;b&quot;")
        + logging + sequence + loop + handler
    )  # fmt: skip
    return (
        f'<?xml version="1.0"?><DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ExecutableType="{ROOTS[number]}">\n'
        + head + flat + database + configuration + provider + body + "</DTS:Executable>"
    ).encode()  # fmt: skip


def _new_pipeline(number: int) -> str:
    source, derived, union, target = COMPONENTS[number]
    t = r"Package\Files\Flow"
    return f"""<pipeline version="1"><components>
      <component refId="{t}\\Read" componentClassID="{source}" name="Read" usesDispositions="true">
       <properties><property dataType="System.String" name="FileNameColumnName"></property></properties>
       <connections><connection refId="{t}\\Read.Connections[FlatFileConnection]" connectionManagerID="{FLAT}" name="FlatFileConnection" /></connections>
       <outputs><output refId="{t}\\Read.Outputs[Out]" name="Out"><outputColumns>
        <outputColumn refId="{t}\\Read.Outputs[Out].Columns[Id]" dataType="i4" errorRowDisposition="FailComponent" externalMetadataColumnId="{t}\\Read.Outputs[Out].ExternalColumns[Id]" lineageId="{t}\\Read.Outputs[Out].Columns[Id]" name="Id" />
        <outputColumn refId="{t}\\Read.Outputs[Out].Columns[Name]" dataType="wstr" errorRowDisposition="RedirectRow" externalMetadataColumnId="{t}\\Read.Outputs[Out].ExternalColumns[Name]" length="50" lineageId="{t}\\Read.Outputs[Out].Columns[Name]" name="Name" />
       </outputColumns><externalMetadataColumns isUsed="True"><externalMetadataColumn refId="{t}\\Read.Outputs[Out].ExternalColumns[Id]" dataType="i4" name="Id" />
        <externalMetadataColumn refId="{t}\\Read.Outputs[Out].ExternalColumns[Name]" dataType="wstr" length="50" name="Name" /></externalMetadataColumns></output></outputs></component>
      <component refId="{t}\\Derive" componentClassID="{derived}" name="Derive" usesDispositions="true">
       <inputs><input refId="{t}\\Derive.Inputs[In]" name="In"><inputColumns>
        <inputColumn refId="{t}\\Derive.Inputs[In].Columns[Name]" cachedDataType="wstr" cachedLength="50" cachedName="Name" lineageId="{t}\\Read.Outputs[Out].Columns[Name]" /></inputColumns><externalMetadataColumns /></input></inputs>
       <outputs><output refId="{t}\\Derive.Outputs[Out]" exclusionGroup="1" name="Out" synchronousInputId="{t}\\Derive.Inputs[In]"><outputColumns>
        <outputColumn refId="{t}\\Derive.Outputs[Out].Columns[Upper]" dataType="wstr" errorRowDisposition="FailComponent" length="50" lineageId="{t}\\Derive.Outputs[Out].Columns[Upper]" name="Upper"><properties>
         <property containsID="true" dataType="System.String" name="Expression">[UPPER](#{{{t}\\Read.Outputs[Out].Columns[Name]}})</property></properties></outputColumn></outputColumns><externalMetadataColumns /></output></outputs></component>
      <component refId="{t}\\Union" componentClassID="{union}" name="Union">
       <inputs><input refId="{t}\\Union.Inputs[In]" name="In"><inputColumns>
        <inputColumn refId="{t}\\Union.Inputs[In].Columns[Upper]" cachedDataType="wstr" cachedLength="50" cachedName="Upper" lineageId="{t}\\Derive.Outputs[Out].Columns[Upper]"><properties>
         <property containsID="true" dataType="System.String" name="OutputColumnLineageID">#{{{t}\\Union.Outputs[Out].Columns[Upper]}}</property></properties></inputColumn></inputColumns><externalMetadataColumns /></input></inputs>
       <outputs><output refId="{t}\\Union.Outputs[Out]" name="Out"><outputColumns>
        <outputColumn refId="{t}\\Union.Outputs[Out].Columns[Upper]" dataType="wstr" length="50" lineageId="{t}\\Union.Outputs[Out].Columns[Upper]" name="Upper" /></outputColumns><externalMetadataColumns /></output></outputs></component>
      <component refId="{t}\\Write" componentClassID="{target}" name="Write" usesDispositions="true">
       <properties><property dataType="System.String" name="OpenRowset">[dbo].[T]</property></properties>
       <connections><connection refId="{t}\\Write.Connections[OleDbConnection]" connectionManagerID="{DB}" name="OleDbConnection" /></connections>
       <inputs><input refId="{t}\\Write.Inputs[In]" hasSideEffects="true" name="In"><inputColumns>
        <inputColumn refId="{t}\\Write.Inputs[In].Columns[Upper]" cachedDataType="wstr" cachedLength="50" cachedName="Upper" externalMetadataColumnId="{t}\\Write.Inputs[In].ExternalColumns[Name]" lineageId="{t}\\Union.Outputs[Out].Columns[Upper]" /></inputColumns>
        <externalMetadataColumns isUsed="True"><externalMetadataColumn refId="{t}\\Write.Inputs[In].ExternalColumns[Name]" dataType="wstr" length="50" name="Name" /></externalMetadataColumns></input></inputs></component>
     </components><paths>
      <path refId="{t}.Paths[Out]" endId="{t}\\Derive.Inputs[In]" name="Out" startId="{t}\\Read.Outputs[Out]" />
      <path refId="{t}.Paths[Out1]" endId="{t}\\Union.Inputs[In]" name="Out1" startId="{t}\\Derive.Outputs[Out]" />
      <path refId="{t}.Paths[Out2]" endId="{t}\\Write.Inputs[In]" name="Out2" startId="{t}\\Union.Outputs[Out]" /></paths></pipeline>"""


def new_package(number: int = 8, level: int = 0) -> bytes:
    """The same package in the shape of the formats 6 and 8."""
    sql, flow, root = executable_type("ExecuteSQLTask", number), PIPELINES[number], ROOTS[number]
    protection = "" if level == 1 else f'\n  DTS:ProtectionLevel="{level}"'
    id_ = "{{AAAAAAAA-0000-0000-0000-0000000000{}}}".format
    return f"""<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts"
  DTS:refId="Package"
  DTS:CreationDate="1/2/2020 3:04:05 PM"
  DTS:CreationName="{root}"
  DTS:CreatorComputerName="box"
  DTS:CreatorName="ann"
  DTS:DTSID="{id_("00")}"
  DTS:EnableConfig="True"
  DTS:ExecutableType="{root}"
  DTS:LocaleID="1033"
  DTS:MaxErrorCount="2"
  DTS:ObjectName="Sample"
  DTS:PackageType="5"{protection}
  DTS:VersionBuild="7"
  DTS:VersionGUID="{{99999999-9999-9999-9999-999999999999}}">
  <DTS:Property
    DTS:Name="PackageFormatVersion">{number}</DTS:Property>
  <DTS:ConnectionManagers>
    <DTS:ConnectionManager
      DTS:refId="Package.ConnectionManagers[Flat]"
      DTS:CreationName="FLATFILE"
      DTS:DTSID="{FLAT}"
      DTS:ObjectName="Flat">
      <DTS:ObjectData>
        <DTS:ConnectionManager
          DTS:Format="Delimited"
          DTS:LocaleID="1033"
          DTS:HeaderRowDelimiter="_x000D__x000A_"
          DTS:ColumnNamesInFirstDataRow="True"
          DTS:RowDelimiter=""
          DTS:TextQualifier="_x0022_"
          DTS:CodePage="1252"
          DTS:ConnectionString="C:\\data\\a.csv">
          <DTS:FlatFileColumns>
            <DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x002C_" DTS:DataType="3" DTS:TextQualified="True" DTS:ObjectName="Id" DTS:DTSID="{{11111111-2222-1111-1111-111111111111}}" DTS:CreationName="" />
            <DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x000D__x000A_" DTS:MaximumWidth="50" DTS:DataType="130" DTS:TextQualified="True" DTS:ObjectName="Name" DTS:DTSID="{{21111111-2222-1111-1111-111111111111}}" DTS:CreationName="" />
          </DTS:FlatFileColumns>
        </DTS:ConnectionManager>
      </DTS:ObjectData>
    </DTS:ConnectionManager>
    <DTS:ConnectionManager
      DTS:refId="Package.ConnectionManagers[Db]"
      DTS:CreationName="OLEDB"
      DTS:DTSID="{DB}"
      DTS:ObjectName="Db">
      <DTS:PropertyExpression DTS:Name="ServerName">@[User::Server]</DTS:PropertyExpression>
      <DTS:ObjectData>
        <DTS:ConnectionManager
          DTS:Retain="True"
          DTS:ConnectionString="Data Source=.;User ID=sa;Initial Catalog=tempdb;">
          <DTS:Password
            DTS:Name="Password"
            Sensitive="1">s3cret&amp;€</DTS:Password>
        </DTS:ConnectionManager>
      </DTS:ObjectData>
    </DTS:ConnectionManager>
  </DTS:ConnectionManagers>
  <DTS:Configurations>
    <DTS:Configuration DTS:ConfigurationString="a.dtsConfig" DTS:ConfigurationType="1" DTS:CreationName="" DTS:DTSID="{{33333333-3333-3333-3333-333333333333}}" DTS:ObjectName="Conf" />
  </DTS:Configurations>
  <DTS:LogProviders>
    <DTS:LogProvider DTS:ConfigString="Flat" DTS:CreationName="Microsoft.LogProviderTextFile" DTS:DTSID="{{44444444-4444-4444-4444-444444444444}}" DTS:ObjectName="Log"><DTS:ObjectData><InnerObject /></DTS:ObjectData></DTS:LogProvider>
  </DTS:LogProviders>
  <DTS:Variables>
    <DTS:Variable DTS:CreationName="" DTS:DTSID="{id_("10")}" DTS:IncludeInDebugDump="2345" DTS:Namespace="User" DTS:ObjectName="Count"><DTS:VariableValue DTS:DataType="3">5</DTS:VariableValue></DTS:Variable>
    <DTS:Variable DTS:CreationName="" DTS:DTSID="{id_("11")}" DTS:IncludeInDebugDump="2345" DTS:Namespace="User" DTS:ObjectName="File"><DTS:VariableValue DTS:DataType="8">a &lt; b</DTS:VariableValue></DTS:Variable>
    <DTS:Variable DTS:CreationName="" DTS:DTSID="{id_("12")}" DTS:EvaluateAsExpression="True" DTS:Expression="&quot;a&quot; + &quot;b&quot;" DTS:IncludeInDebugDump="2345" DTS:Namespace="User" DTS:ObjectName="Server"><DTS:VariableValue DTS:DataType="8">x</DTS:VariableValue></DTS:Variable>
  </DTS:Variables>
  <DTS:LoggingOptions DTS:FilterKind="0" DTS:LoggingMode="1">
    <DTS:Property DTS:DataType="8" DTS:Name="EventFilter">2,7,OnError,12,OnTaskFailed</DTS:Property>
    <DTS:Property DTS:EventName="OnError" DTS:Name="ColumnFilter"><DTS:Property DTS:Name="Computer">-1</DTS:Property><DTS:Property DTS:Name="Operator">0</DTS:Property></DTS:Property>
    <DTS:SelectedLogProviders><DTS:SelectedLogProvider DTS:InstanceID="{{44444444-4444-4444-4444-444444444444}}" /></DTS:SelectedLogProviders>
  </DTS:LoggingOptions>
  <DTS:Executables>
    <DTS:Executable DTS:refId="Package\\Steps" DTS:CreationName="STOCK:SEQUENCE" DTS:DTSID="{id_("03")}" DTS:ExecutableType="STOCK:SEQUENCE" DTS:LocaleID="-1" DTS:ObjectName="Steps">
      <DTS:Variables><DTS:Variable DTS:CreationName="" DTS:DTSID="{id_("13")}" DTS:IncludeInDebugDump="2345" DTS:Namespace="User" DTS:ObjectName="Inner"><DTS:VariableValue DTS:DataType="11">-1</DTS:VariableValue></DTS:Variable></DTS:Variables>
      <DTS:Executables>
        <DTS:Executable DTS:refId="Package\\Steps\\First" DTS:CreationName="{sql}" DTS:DTSID="{id_("01")}" DTS:ExecutableType="{sql}" DTS:LocaleID="-1" DTS:MaxErrorCount="3" DTS:ObjectName="First" DTS:TaskContact="me" DTS:ThreadHint="0" DTS:TransactionOption="2"><DTS:Variables /><DTS:ObjectData>{_SQL.format(DB, "SELECT 1")}</DTS:ObjectData></DTS:Executable>
        <DTS:Executable DTS:refId="Package\\Steps\\Second [x].y" DTS:CreationName="{sql}" DTS:Disabled="True" DTS:DTSID="{id_("02")}" DTS:ExecutableType="{sql}" DTS:ExecValue="5" DTS:ExecValueType="3" DTS:ForceExecValue="True" DTS:LocaleID="-1" DTS:ObjectName="Second [x].y" DTS:TaskContact="me" DTS:ThreadHint="0"><DTS:Variables /><DTS:ObjectData>{_SQL.format(DB, "SELECT 2 &lt; 3")}</DTS:ObjectData></DTS:Executable>
      </DTS:Executables>
      <DTS:PrecedenceConstraints><DTS:PrecedenceConstraint DTS:refId="Package\\Steps.PrecedenceConstraints[C1]" DTS:CreationName="" DTS:DTSID="{{55555555-5555-5555-5555-555555555555}}" DTS:EvalOp="3" DTS:Expression="@[User::Count] &gt; 1" DTS:From="Package\\Steps\\First" DTS:LogicalAnd="True" DTS:ObjectName="C1" DTS:To="Package\\Steps\\Second [x].y" DTS:Value="1" /></DTS:PrecedenceConstraints>
    </DTS:Executable>
    <DTS:Executable DTS:refId="Package\\Files" DTS:CreationName="STOCK:FOREACHLOOP" DTS:DTSID="{id_("04")}" DTS:ExecutableType="STOCK:FOREACHLOOP" DTS:LocaleID="-1" DTS:ObjectName="Files">
      <DTS:ForEachEnumerator DTS:CreationName="Microsoft.ForEachFileEnumerator" DTS:DTSID="{{77777777-7777-7777-7777-777777777777}}" DTS:ObjectName="{{77777777-7777-7777-7777-777777777777}}"><DTS:PropertyExpression DTS:Name="Directory">@[User::Server]</DTS:PropertyExpression><DTS:ObjectData>{_ENUMERATOR}</DTS:ObjectData></DTS:ForEachEnumerator>
      <DTS:Variables />
      <DTS:Executables>
        <DTS:Executable DTS:refId="Package\\Files\\Flow" DTS:CreationName="{flow}" DTS:DTSID="{id_("05")}" DTS:ExecutableType="{flow}" DTS:LocaleID="-1" DTS:ObjectName="Flow" DTS:ThreadHint="0"><DTS:Variables /><DTS:ObjectData>{_new_pipeline(number)}</DTS:ObjectData></DTS:Executable>
      </DTS:Executables>
      <DTS:ForEachVariableMappings><DTS:ForEachVariableMapping DTS:CreationName="" DTS:DTSID="{{88888888-8888-8888-8888-888888888888}}" DTS:ObjectName="m" DTS:ValueIndex="0" DTS:VariableName="User::File" /></DTS:ForEachVariableMappings>
    </DTS:Executable>
  </DTS:Executables>
  <DTS:EventHandlers>
    <DTS:EventHandler DTS:refId="Package.EventHandlers[OnError]" DTS:CreationName="OnError" DTS:DTSID="{{66666666-6666-6666-6666-666666666666}}" DTS:EventID="0" DTS:EventName="OnError" DTS:LocaleID="-1"><DTS:Variables><DTS:Variable DTS:CreationName="" DTS:DTSID="{id_("16")}" DTS:IncludeInDebugDump="2345" DTS:Namespace="System" DTS:ObjectName="Propagate"><DTS:VariableValue DTS:DataType="11">-1</DTS:VariableValue></DTS:Variable></DTS:Variables><DTS:Executables /></DTS:EventHandler>
  </DTS:EventHandlers>
  <DTS:DesignTimeProperties><![CDATA[<?xml version="1.0"?><Objects Version="8"><Package design-time-name="Package" /></Objects>]]></DTS:DesignTimeProperties>
</DTS:Executable>""".encode()


def sample_bytes(number: int = 8, level: int = 0) -> bytes:
    """The package in any of the formats 2, 3, 6 and 8; its secret stands in clear."""
    return old_package(number, level) if number < 6 else new_package(number, level)


def sample(number: int = 8, level: int = 0) -> PackageDocument:
    """The opened package."""
    return PackageDocument.open(sample_bytes(number, level))
