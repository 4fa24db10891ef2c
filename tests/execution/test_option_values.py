"""Settings and loggers."""

import dataclasses

import pytest

from dtserve.execution import option_values, options


def test_the_options_hand_them_out() -> None:
    for name in option_values.__all__:
        assert getattr(options, name) is getattr(option_values, name)
        assert name in options.__all__


def test_the_value_of_a_setting_is_not_shown() -> None:
    setting = option_values.Setting("set", "\\Package.Connections[DB].Password", "secret")
    assert "secret" not in repr(setting)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setting.value = "x"  # type: ignore[misc]
