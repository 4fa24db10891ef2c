"""The records of a data flow."""

import dataclasses

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.package import model, pipeline_model


def test_the_model_hands_them_out() -> None:
    for name in pipeline_model.__all__:
        assert getattr(model, name) is getattr(pipeline_model, name)
        assert name in model.__all__


def test_they_are_frozen() -> None:
    column = pipeline_model.Column("r", "l", "n", TypeSpec(DT.I4))
    with pytest.raises(dataclasses.FrozenInstanceError):
        column.name = "m"  # type: ignore[misc]
