"""Integer ids become refIds in the XML itself."""

import re

from lxml import etree

from dtserve.package.model import Executable
from dtserve.package.reader.pipeline import read_data_flow
from dtserve.package.upgrade import upgrade
from dtserve.package.upgrade.pipeline import rewrite_pipeline
from support.package_texts import sample


def test_no_integer_reference_is_left() -> None:
    pipeline = next(upgrade(sample(3)).document.root.iter("pipeline"))
    for element in pipeline.iter("*"):
        assert "id" not in element.attrib
        for name in ("lineageId", "synchronousInputId", "externalMetadataColumnId", "startId", "endId"):
            assert not (element.get(name) or "").isdecimal()
        assert not re.search(r"#\d", element.text or "")
    assert dict(pipeline.attrib) == {"version": "1"}
    column = next(pipeline.iter("inputColumn"))
    assert (column.get("cachedName"), column.get("cachedDataType"), column.get("cachedLength")) == (
        "Name",
        "wstr",
        "50",
    )
    link = next(pipeline.iter("connection"))
    assert link.get("connectionManagerID") == link.get("connectionManagerRefId") == "Package.ConnectionManagers[Flat]"
    assert [p.get("name") for p in pipeline.iter("path")] == ["Out", "Out1", "Out2"]


RENAMED = """<pipeline><components>
 <component id='1' name='S' componentClassID='x'><outputs><output id='2' name='O'><outputColumns>
  <outputColumn id='3' lineageId='4' name='a' dataType='3'/><outputColumn id='4' lineageId='9' name='b' dataType='3'/>
 </outputColumns></output></outputs></component>
 <component id='5' name='D' componentClassID='x'><inputs><input id='6' name='I'><inputColumns>
  <inputColumn id='7' lineageId='9' name='other'><properties><property name='P' containsID='true'>#4 + #9</property></properties>
  </inputColumn></inputColumns></input></inputs></component></components></pipeline>"""


def test_lineage_ids_that_are_no_ids() -> None:
    pipeline = etree.fromstring(RENAMED)
    flow = read_data_flow(Executable("T", "{0}", "P\\T", "DTS.Pipeline", "Pipeline", object_data=pipeline))
    assert flow is not None
    rewrite_pipeline(pipeline, flow, "P\\T")
    columns = {c.get("refId"): c.get("lineageId") for c in pipeline.iter("outputColumn")}
    assert columns == {f"P\\T\\S.Outputs[O].Columns[{c}]": f"P\\T\\S.Outputs[O].Columns[{c}]" for c in "ab"}
    (read,) = pipeline.iter("inputColumn")
    assert (read.get("lineageId"), read.get("name"), read.get("cachedName")) == (
        "P\\T\\S.Outputs[O].Columns[b]", "other", "b",
    )  # fmt: skip
    assert pipeline.findtext(".//property") == "#{P\\T\\S.Outputs[O].Columns[a]} + #{P\\T\\S.Outputs[O].Columns[b]}"
