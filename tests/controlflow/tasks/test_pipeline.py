"""The texts of a data flow's rows and times, as logs and the console show them (EVENTS §1.3)."""

from __future__ import annotations

import pytest

from dtserve.controlflow.tasks.pipeline import phase_text, rows_text
from dtserve.package.model import Component, DataFlow, Input, Output, Path

SOURCE = Component(
    "S",
    "Orders",
    "",
    number=1,
    outputs=(Output("S.E", "Errors", is_error_out=True, number=2), Output("S.O", "Out", number=3)),
)
SORT = Component("T", "Sort", "", number=4, inputs=(Input("T.I", "Sort Input", number=5),))


def flow(path: str) -> DataFlow:
    return DataFlow((SOURCE, SORT), (Path(path, "Out", "S.O", "T.I", number=9),))


@pytest.mark.parametrize(
    ("path", "names"),
    [("9", ""), ("Package\\Flow.Paths[Out]", " : Sort : Paths[Out] : Sort.Inputs[Sort Input]")],
)
def test_rows_have_nine_fields_and_the_names_of_newer_formats(path, names):
    text = rows_text(flow(path), path, 76)
    assert (
        text
        == f"Rows were provided to a data flow component as input. :  : 9 : Out : 4 : Sort : 5 : Sort Input : 76{names}"
    )
    assert text.split(" : ")[8] == "76"


def test_times_name_the_component_and_what_it_filled():
    made = flow("9")
    assert (
        phase_text(made, "Sort", "ProcessInput", 0.3561)
        == 'The component "Sort" (4) spent 356 milliseconds in ProcessInput.'
    )
    assert phase_text(made, "Orders", "PrimeOutput", 1.0) == (
        'The component "Orders" (1) spent 1000 milliseconds in PrimeOutput filling buffers on output "Out" (3).'
    )
    assert phase_text(made, "Gone", "Validate", 0) == 'The component "Gone" (0) spent 0 milliseconds in Validate.'
