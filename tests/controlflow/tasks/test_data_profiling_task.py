"""The Data Profiling Task over SQLite and PostgreSQL: every profile, thresholds, wildcards, destinations."""

import pytest
from lxml import etree

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.tasks.profile_patterns import Tokenizer, top_patterns
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package

NS = {"p": "http://schemas.microsoft.com/sqlserver/2008/DataDebugger/"}
ID = "{AAAAAAAA-0000-0000-0000-000000000001}"
SETUP = """CREATE TABLE states (code nvarchar(2), name nvarchar(30));
INSERT INTO states VALUES ('WA', 'Washington'), ('OR', 'Oregon'), ('CA', 'California');
CREATE TABLE people (id int, code nvarchar(2), city nvarchar(30), zip nvarchar(12), age int, weight float, born datetime, nothing int);
INSERT INTO people VALUES (1, 'WA', 'Seattle', '98101', 20, 70.5, '2000-01-01', NULL), (2, 'WA', 'Seattle', '98102', 30, 80.5, '1990-01-01', NULL),
 (3, 'OR', ' Salem ', '97301-1234', 40, NULL, NULL, NULL), (4, 'XX', 'Salem', '97301', 30, 60.0, '1990-01-01', NULL);
CREATE TABLE nobody (id int);"""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request, tmp_path_factory):
    found = (
        f"sqlite:///{tmp_path_factory.mktemp('profile')}/p.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres").new_database()
    )
    statement = etree.Element("x", a=SETUP).get("a")
    task = etree.Element("task", name="S", type="Microsoft.ExecuteSQLTask")
    data = etree.SubElement(task, "SqlTaskData", Connection="db", SqlStatementSource=statement)
    assert data is not None
    outcome = run(found, etree.tostring(task, encoding="unicode"))
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    return found


def run(url, body, folder=""):
    connection = f'<connection name="db" kind="ADO.NET:SQL" id="{ID}" string="Data Source=srv;Initial Catalog=x;"/>'
    options = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),), folder=str(folder))
    return execute(package(connection + body), options=options)


def document(requests: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-16"?>\n<DataProfile xmlns="{NS["p"]}"><ProfileVersion>1.0</ProfileVersion>'
        f"<DataSources /><DataProfileInput><ProfileMode>Exact</ProfileMode><Timeout>0</Timeout><Requests>{requests}"
        "</Requests></DataProfileInput><DataProfileOutput><Profiles /></DataProfileOutput></DataProfile>"
    )


def single(kind: str, column: str, options: str = "", table: str = "people") -> str:
    chosen = f'<Column ColumnName="{column}" IsWildCard="false" />' if column else '<Column IsWildCard="true" />'
    return (
        f'<{kind}ProfileRequest ID="R"><DataSourceID>{ID}</DataSourceID><Table Schema="" Table="{table}" />'
        f"{chosen}{options}</{kind}ProfileRequest>"
    )


def task_xml(requests: str, attributes: str) -> str:
    task = etree.fromstring(
        f'<task name="P" type="Microsoft.DataProfilingTask"><DataProfilingTaskData {attributes}/></task>'
    )
    etree.SubElement(task[0], "ProfileInput").text = etree.CDATA(document(requests))
    return etree.tostring(task, encoding="unicode")


def profiles(url, requests: str):
    body = '<variable name="User::out" type="8" value=""/>'
    outcome = run(url, body + task_xml(requests, 'DestinationType="Variable" Destination="User::out"'))
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    text = outcome.variables["User::out"]
    assert text.startswith('<?xml version="1.0" encoding="utf-16"?>\n<DataProfile ')
    root = etree.fromstring(text.partition("\n")[2])
    assert root.xpath("string(p:DataSources/p:DtsDataSource/@Name)", namespaces=NS) == "db"
    return root.xpath("p:DataProfileOutput/p:Profiles/*", namespaces=NS)


def texts(profile, path: str) -> list[str]:
    return [str(each) for each in profile.xpath(path, namespaces=NS)]


def test_null_ratio_of_every_column_with_table_and_column(url) -> None:
    found = profiles(url, single("ColumnNullRatio", ""))
    assert [texts(each, "p:NullCount/text()")[0] for each in found] == ["0", "0", "0", "0", "0", "1", "1", "4"]
    first = found[1]
    assert etree.QName(first).localname == "ColumnNullRatioProfile"
    assert (first.get("ProfileRequestID"), first.get("IsExact")) == ("R", "true")
    assert [etree.QName(each).localname for each in first] == ["DataSourceID", "Table", "Column", "NullCount"]
    table, column = first[1], first[2]
    assert (table.get("Table"), table.get("RowCount"), table.get("Database")) == ("people", "4", "x")
    assert (column.get("Name"), column.get("SqlDbType"), column.get("MaxLength")) == ("code", "NVarChar", "2")
    assert found[0][2].get("SqlDbType") == "Int"


def test_lengths_with_and_without_spaces(url) -> None:
    def lengths(leading, trailing):
        options = (
            f"<IgnoreLeadingSpace>{leading}</IgnoreLeadingSpace><IgnoreTrailingSpace>{trailing}</IgnoreTrailingSpace>"
        )
        (found,) = profiles(url, single("ColumnLengthDistribution", "city", options))
        items = texts(found, "p:LengthDistribution/p:LengthDistributionItem/p:Length/text()")
        return texts(found, "p:MinLength/text() | p:MaxLength/text()"), items

    assert lengths("false", "true") == (["5", "7"], ["5", "6", "7"])
    assert lengths("true", "true") == (["5", "7"], ["5", "7"])
    assert lengths("false", "false") == (["5", "7"], ["5", "7"])


def test_values_all_and_frequent_ones(url) -> None:
    (found,) = profiles(url, single("ColumnValueDistribution", "code", "<Option>AllValues</Option>"))
    assert texts(found, "p:NumberOfDistinctValues/text()") == ["3"]
    assert texts(found, ".//p:Value/text()") == ["WA", "OR", "XX"]
    assert texts(found, ".//p:Count/text()") == ["2", "1", "1"]
    frequent = "<Option>FrequentValues</Option><FrequentValueThreshold>0.5</FrequentValueThreshold>"
    (found,) = profiles(url, single("ColumnValueDistribution", "born", frequent))
    assert texts(found, "p:NumberOfDistinctValues/text()") == ["3"]
    assert texts(found, ".//p:Value/text()") == ["1990-01-01T00:00:00"]


def test_statistics_of_numbers_and_moments(url) -> None:
    age, weight, born = (profiles(url, single("ColumnStatistics", name))[0] for name in ("age", "weight", "born"))
    assert [texts(age, f"p:{name}/text()")[0] for name in ("MinValue", "MaxValue", "Mean")] == ["20", "40", "30"]
    assert float(texts(age, "p:StdDev/text()")[0]) == pytest.approx(7.0710678)
    assert float(texts(weight, "p:Mean/text()")[0]) == pytest.approx(211 / 3)
    assert [etree.QName(each).localname for each in born][3:] == ["MinValue", "MaxValue"]
    assert len(profiles(url, single("ColumnStatistics", ""))) == 4


def test_patterns(url) -> None:
    (found,) = profiles(url, single("ColumnPattern", "zip", "<MaxNumberOfPatterns>10</MaxNumberOfPatterns>"))
    assert texts(found, ".//p:RegexText/text()") == ["\\d{5}", "\\d{5}\\-\\d{4}"]
    assert texts(found, ".//p:Frequency/text()") == ["75", "25"]


def key_request(columns: str, setting: str = "Specified", threshold: str = "0.95", table: str = "people") -> str:
    return (
        f'<CandidateKeyProfileRequest ID="K"><DataSourceID>{ID}</DataSourceID><Table Schema="" Table="{table}" />'
        f"<KeyColumns>{columns}</KeyColumns><ThresholdSetting>{setting}</ThresholdSetting>"
        f"<KeyStrengthThreshold>{threshold}</KeyStrengthThreshold><MaxNumberOfViolations>1</MaxNumberOfViolations>"
        "</CandidateKeyProfileRequest>"
    )


def named(name: str) -> str:
    return f'<Column ColumnName="{name}" IsWildCard="false" />'


ANY = '<Column IsWildCard="true" />'


def keys(url, request: str) -> list[str]:
    found = profiles(url, request)
    return [
        ",".join(texts(each, "p:KeyColumns/p:Column/@Name")) + " " + texts(each, "p:KeyStrength/text()")[0]
        for each in found
    ]


def test_candidate_keys(url) -> None:
    assert keys(url, key_request(ANY)) == ["id 1", "zip 1"]
    assert keys(url, key_request(named("code") + named("city"), "None")) == ["code,city 0.75"]
    assert keys(url, key_request(named("code"), "Specified", "0.7")) == ["code 0.75"]
    assert keys(url, key_request(named("code"), "Exact")) == []
    pairs = keys(url, key_request(ANY + ANY, "Exact"))
    assert pairs[:2] == ["id 1", "zip 1"]
    assert all("id" not in each.split(" ")[0].split(",") for each in pairs[2:])
    (found,) = profiles(url, key_request(named("code"), "None"))
    assert texts(found, "p:KeyViolations/p:KeyViolationItem/p:ColumnValues/p:Value/text()") == ["WA"]
    assert texts(found, "p:KeyViolations/p:KeyViolationItem/p:Count/text()") == ["2"]
    assert texts(found, "p:IsExactKey/text()") == ["false"]


def test_functional_dependencies(url) -> None:
    def request(determinants, dependent, setting="None"):
        return (
            f'<FunctionalDependencyProfileRequest ID="F"><DataSourceID>{ID}</DataSourceID><Table Schema="" Table="people" />'
            f"<DeterminantColumns>{determinants}</DeterminantColumns>{dependent}<ThresholdSetting>{setting}</ThresholdSetting>"
            "<FDStrengthThreshold>0.95</FDStrengthThreshold></FunctionalDependencyProfileRequest>"
        )

    city = '<DependentColumn ColumnName="city" IsWildCard="false" />'
    (found,) = profiles(url, request(named("code"), city))
    assert texts(found, "p:FDStrength/text()") == ["1"]
    (found,) = profiles(url, request(named("age"), city))
    assert texts(found, "p:FDStrength/text()") == ["0.75"]
    assert texts(found, ".//p:FDViolationItem/p:DeterminantValues/p:Value/text()") == ["30"]
    assert sorted(texts(found, ".//p:DependentValueItem/p:Value/text()")) == ["Salem", "Seattle"]
    every = profiles(url, request(ANY, city, "Exact"))
    assert [texts(each, "p:DeterminantColumns/p:Column/@Name")[0] for each in every] == ["id", "code", "zip"]
    both = profiles(url, request(ANY, '<DependentColumn IsWildCard="true" />', "Exact"))
    assert all(each.xpath("string(p:DependentColumn/@Name)", namespaces=NS) for each in both)


def test_value_inclusion(url) -> None:
    def request(setting):
        return (
            f'<InclusionProfileRequest ID="I"><DataSourceID>{ID}</DataSourceID><SubsetTable Schema="" Table="people" />'
            '<SupersetTable Schema="" Table="states" /><InclusionColumns><InclusionColumn>'
            '<SubsetColumn ColumnName="code" /><SupersetColumn ColumnName="code" /></InclusionColumn></InclusionColumns>'
            f"<InclusionThresholdSetting>{setting}</InclusionThresholdSetting></InclusionProfileRequest>"
        )

    (found,) = profiles(url, request("None"))
    assert texts(found, "p:InclusionStrength/text()") == ["0.75"]
    assert texts(found, ".//p:InclusionViolationItem//p:Value/text()") == ["XX"]
    assert texts(found, "p:SubsetTable/@RowCount | p:SupersetTable/@RowCount") == ["4", "3"]
    assert profiles(url, request("Specified")) == []


def test_what_has_no_values_has_only_a_null_ratio(url) -> None:
    assert profiles(url, single("ColumnValueDistribution", "nothing")) == []
    assert profiles(url, single("ColumnNullRatio", "", table="nobody")) == []


def test_a_file_is_utf_16_and_not_replaced_unless_told(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    connection = f'<connection name="f" string="{tmp_path}/out.xml"/>'
    create = '<task name="S" type="Microsoft.ExecuteSQLTask"><SqlTaskData Connection="db" SqlStatementSource="CREATE TABLE people (id int)"/></task>'
    assert run(url, create).result.name == "SUCCESS"
    xml = task_xml(single("ColumnNullRatio", ""), 'Destination="f" OverwriteDestination="False"')
    assert run(url, connection + xml).result.name == "SUCCESS"
    assert (tmp_path / "out.xml").read_text("utf-16").startswith('<?xml version="1.0" encoding="utf-16"?>')
    assert run(url, connection + xml).errors()[0] == "P 0xC0D51544"
    again = connection + xml.replace('"False"', '"True"')
    assert run(url, again).result.name == "SUCCESS"


@pytest.mark.parametrize(
    ("requests", "attributes", "code"),
    [
        ("<SpellingProfileRequest/>", "", "P 0xC0D51541"),
        (single("CandidateKey", "id"), "", "P 0xC0D51541"),
        (single("ColumnPattern", "zip", "<MaxNumberOfPatterns>many</MaxNumberOfPatterns>"), "", "P 0xC0D51541"),
        (
            single("ColumnValueDistribution", "zip", "<FrequentValueThreshold>inf</FrequentValueThreshold>"),
            "",
            "P 0xC0D51541",
        ),
        (single("ColumnPattern", "none"), "", "P 0xC0D51542"),
        (single("ColumnPattern", "age"), "", "P 0xC0D51542"),
        (single("ColumnPattern", "", table="nowhere"), "", "P 0xC002F210"),
        (single("ColumnPattern", "").replace(ID, "{BBBBBBBB-0000-0000-0000-000000000001}"), "", "P 0xC00291EB"),
        (single("ColumnPattern", ""), 'DestinationType="Variable" Destination="User::none"', "P 0xC0D51543"),
        (single("ColumnPattern", ""), 'Destination="db"', "P 0xC0D51543"),
        (key_request('<Column ColumnName="id" StringCompareOptions="BinarySort" />'), "", "Pkg 0xC0D51545"),
    ],
)
def test_what_goes_wrong_is_named(requests, attributes, code, url) -> None:
    body = '<variable name="User::out" type="8" value=""/>'
    outcome = run(url, body + task_xml(requests, attributes or 'DestinationType="Variable" Destination="User::out"'))
    assert outcome.errors()[0] == code, [e.message for e in outcome.events if e.kind == "OnError"]


def test_tokens_tags_and_case() -> None:
    tags = {"east": "Direction", "street": "Street"}
    assert (
        Tokenizer(tags=tags).pattern("12 East 4th Street")
        == "\\d{2}\\ LookupTag=Direction \\ \\d\\p{L}+\\ LookupTag=Street "
    )
    assert Tokenizer(case_sensitive=True).pattern("Main ST x-1") == "\\p{Lu}\\p{Ll}+\\ \\p{Lu}+\\ \\p{Ll}+\\-\\d"
    assert top_patterns([], Tokenizer()) == []
    assert top_patterns([("a", 1), ("1", 2), ("-", 3)], Tokenizer(), maximum=1) == [("\\-", 50.0)]
