"""What an Execute Package task asks for."""

from typing import Any, cast

from dtserve.controlflow import child_request, runtime


def test_the_runtime_hands_it_out() -> None:
    assert runtime.ChildRequest is child_request.ChildRequest


def test_its_password_is_not_shown() -> None:
    request = child_request.ChildRequest(cast(Any, None), path="p.dtsx", password="secret")
    assert "secret" not in repr(request)
    assert request.parameters == {}
