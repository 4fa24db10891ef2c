import pytest

from dtserve.expressions.errors import ExpressionTooDeep
from dtserve.expressions.trampoline import Step, run


def countdown(number: int) -> Step[int]:
    if not number:
        return 0
    below: int = yield countdown(number - 1)
    return below + 1


def test_depth_beyond_the_interpreter() -> None:
    assert run(countdown(50_000), 60_000) == 50_000


def test_limit() -> None:
    with pytest.raises(ExpressionTooDeep, match="10"):
        run(countdown(11), 10)


def test_exceptions_pass_through_the_steps() -> None:
    def failing() -> Step[int]:
        yield countdown(1)
        raise ValueError("x")

    def catching() -> Step[str]:
        try:
            yield failing()
        except ValueError as error:
            return f"caught {error}"
        return "not caught"

    assert run(catching()) == "caught x"
    with pytest.raises(ValueError, match="x"):
        run(failing())
