"""Integer ids become refIds in the XML itself."""

import re

from dtserve.package.upgrade import upgrade
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
