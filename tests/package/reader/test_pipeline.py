"""Data flows: integers become refIds, references in properties too; what is cached, what is looked up."""

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.package import PackageDocument
from dtserve.package.errors import PersistenceError
from dtserve.package.model import DataFlow
from support.package_texts import sample, sample_bytes

FLOW = r"Package\Files\Flow"


def flow(number: int, data: bytes | None = None) -> DataFlow:
    package = PackageDocument.open(data).model if data else sample(number).model
    found = package.executables[1].executables[0].data_flow
    assert found is not None
    return found


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_components_of_the_sample(number: int) -> None:
    read, derive, union, write = flow(number).components
    assert [c.part for c in (read, derive, union, write)] == [
        "FlatFileSource",
        "DerivedColumn",
        "UnionAll",
        "OLEDBDestination",
    ]
    assert read.outputs[0].columns[1].type == TypeSpec(DT.WSTR, 50)
    assert read.outputs[0].columns[1].error_disposition == "RedirectRow"
    assert read.outputs[0].columns[0].external_ref == rf"{FLOW}\Read.Outputs[Out].ExternalColumns[Id]"
    assert derive.outputs[0].synchronous_input == derive.inputs[0].ref_id
    assert derive.outputs[0].exclusion_group == 1
    assert derive.inputs[0].columns[0].lineage_id == rf"{FLOW}\Read.Outputs[Out].Columns[Name]"
    assert derive.inputs[0].columns[0].type == TypeSpec(DT.WSTR, 50)
    assert (
        derive.outputs[0].columns[0].properties["Expression"].value
        == f"[UPPER](#{{{FLOW}\\Read.Outputs[Out].Columns[Name]}})"
    )
    assert (
        union.inputs[0].columns[0].properties["OutputColumnLineageID"].value
        == f"#{{{FLOW}\\Union.Outputs[Out].Columns[Upper]}}"
    )
    assert union.outputs[0].synchronous_input == ""
    assert write.inputs[0].has_side_effects
    assert write.inputs[0].external_used
    assert not derive.inputs[0].external_used


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_paths_have_different_names(number: int) -> None:
    assert [p.ref_id for p in flow(number).paths] == [
        f"{FLOW}.Paths[Out]",
        f"{FLOW}.Paths[Out1]",
        f"{FLOW}.Paths[Out2]",
    ]


def test_numbers_are_stored_or_counted() -> None:
    assert [c.number for c in flow(3).components] == [1, 20, 30, 40]
    numbers = [c.number for c in flow(8).components]
    assert numbers == sorted(numbers)
    assert len({column.number for c in flow(8).components for o in c.outputs for column in o.columns}) == 4


def test_what_an_input_column_does_not_cache_comes_from_its_producer() -> None:
    data = sample_bytes(8)
    for text in (
        b' cachedDataType="wstr" cachedLength="50" cachedName="Name"',
        b' cachedDataType="wstr" cachedLength="50" cachedName="Upper"',
    ):
        data = data.replace(text, b"")
    columns = [c.inputs[0].columns[0] for c in flow(8, data).components[1:]]
    assert [(c.name, c.type) for c in columns] == [
        ("Name", TypeSpec(DT.WSTR, 50)),
        ("Upper", TypeSpec(DT.WSTR, 50)),
        ("Upper", TypeSpec(DT.WSTR, 50)),
    ]


def test_attributes_in_the_dts_namespace_are_read() -> None:
    data = sample_bytes(8).replace(b'name="Union"', b'DTS:name="Union"')
    assert flow(8, data).components[2].name == "Union"


def test_a_dangling_lineage_id_stays_as_it_is() -> None:
    data = sample_bytes(3).replace(b'lineageId="7" usageType', b'lineageId="777" usageType')
    column = flow(3, data).components[1].inputs[0].columns[0]
    assert (column.lineage_id, column.type.dt) == ("777", DT.EMPTY)


def test_unknown_types_are_named() -> None:
    with pytest.raises(PersistenceError, match="wstring"):
        flow(8, sample_bytes(8).replace(b'dataType="wstr"', b'dataType="wstring"', 1))


def test_other_tasks_have_no_data_flow() -> None:
    assert sample(8).model.executables[0].executables[0].data_flow is None
