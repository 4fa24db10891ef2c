"""The records inside executables."""

import dataclasses

import pytest

from dtserve.package import member_model, model


def test_the_model_hands_them_out() -> None:
    for name in member_model.__all__:
        assert getattr(model, name) is getattr(member_model, name)
        assert name in model.__all__


def test_they_are_frozen() -> None:
    variable = member_model.Variable("User", "x", 3, "1")
    assert variable.qualified_name == "User::x"
    with pytest.raises(dataclasses.FrozenInstanceError):
        variable.value = "2"  # type: ignore[misc]


def test_the_password_of_a_connection_manager() -> None:
    plain = member_model.ConnectionManager("DB", "{1}", "OLEDB", "r", {})
    assert plain.password == ""
    unreadable = dataclasses.replace(plain, sensitive={"Password": None})
    assert unreadable.password == ""
    for name in ("Password", "ServerPassword", "PassWord"):
        assert dataclasses.replace(plain, sensitive={name: "secret"}).password == "secret"


def test_an_event_handler_is_an_executable() -> None:
    handler = member_model.EventHandler("OnError", "{1}", "Package.EventHandlers[OnError]", "", event_name="OnError")
    assert isinstance(handler, model.Executable)
    assert list(handler.walk()) == [handler]
