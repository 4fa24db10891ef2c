"""Where values are stored: which elements are made, which are refused."""

import pytest

from dtserve.package.edit import with_property
from dtserve.package.errors import PathUnresolved
from dtserve.package.places import stored_property
from support.package_texts import sample


@pytest.mark.parametrize("number", [3, 8])
def test_stored_property(number: int) -> None:
    root = sample(number).root
    place = stored_property(root, "ObjectName")
    assert place is not None
    assert (place[0].get(place[1]) if place[1] else place[0].text) == "Sample"
    assert stored_property(root, "Nothing") is None


@pytest.mark.parametrize("number", [3, 8])
def test_what_is_not_stored_yet_is_added(number: int) -> None:
    edited = with_property(sample(number), r"\Package\Steps\First.Properties[TimeOut]", "30")
    data = edited.model.executables[0].executables[0].object_data
    assert data.get("{www.microsoft.com/sqlserver/dts/tasks/sqltask}TimeOut") == "30"
    flat = with_property(sample(number), r"\Package.Connections[Flat].Properties[DataRowsToSkip]", "2")
    assert flat.model.connections[0].properties["DataRowsToSkip"] == "2"


@pytest.mark.parametrize(
    "path",
    [
        r"\Package\Files\Flow.Properties[[None].[X]]",
        r"\Package\Files\Flow.Properties[[Write].[None]]",
        r"\Package\Files\Flow.Properties[nonsense]",
    ],
)
def test_properties_of_data_flows_that_are_not_there(path: str) -> None:
    with pytest.raises(PathUnresolved):
        with_property(sample(8), path, "x")
