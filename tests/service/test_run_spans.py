"""The history of a run as spans: nesting, child packages, errors, kills, and how many at most."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dtserve.controlflow.events import Event
from dtserve.service import run_spans
from dtserve.service.history import History
from dtserve.service.run_spans import RunSpans
from dtserve.service.state import open_state


@pytest.fixture
def made(tmp_path):
    """Writes a run's events into a history and gives back its spans by name."""
    state = open_state(tmp_path / "state.sqlite")
    history = History(state)

    def make(*events: Event, **end):
        number = history.add(
            id="e-1", user="me", package_path=r"\MSDB\P", package_name="P", package_id="", created=100.0, started=101.0
        )
        history.append(number, [Event(**{**each, "sequence": at}) for at, each in enumerate(events, 1)])
        history.update(number, **{"state": "succeeded", "ended": 110.0, "exit_code": 0, **end})
        exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        RunSpans(provider.get_tracer("test"), history, history.numbered(number)).make(None)
        return exporter.get_finished_spans()

    yield make
    state.close()


def event(kind, name, path, at, **more):
    return {"kind": kind, "source": name, "source_id": f"{{{name}}}", "source_path": path, "time": at, **more}


def parents(spans) -> list[tuple[str, str]]:
    names = {each.context.span_id: each.name for each in spans}
    return sorted((each.name, names[each.parent.span_id]) for each in spans if each.parent is not None)


def test_child_packages_stand_inside_the_task_that_runs_them(made) -> None:
    spans = made(
        event("OnPreExecute", "P", "Package", 101.0),
        event("OnPreExecute", "Loop", r"Package\Loop", 102.0),
        event("OnPreExecute", "Run", r"Package\Loop\Run", 103.0),
        event("OnPreExecute", "Child", "Package", 104.0),
        event("OnPreExecute", "Step", r"Package\Step", 105.0),
        event("OnPostExecute", "Step", r"Package\Step", 106.0, result=0),
        event("OnPostExecute", "Child", "Package", 107.0, result=0),
        event("OnPostExecute", "Run", r"Package\Loop\Run", 108.0, result=0),
        event("OnPostExecute", "Loop", r"Package\Loop", 109.0, result=0),
        event("OnPostExecute", "P", "Package", 109.5, result=0),
    )
    assert parents(spans) == [
        ("Child", "Run"), ("Loop", "P"), ("P", "execution P"), ("Run", "Loop"), ("Step", "Child"),
        ("queue", "execution P"),
    ]  # fmt: skip
    root = next(each for each in spans if each.name == "execution P")
    assert (root.start_time, root.end_time) == (100 * 10**9, 110 * 10**9)


def test_tasks_side_by_side_and_their_event_handlers(made) -> None:
    spans = made(
        event("OnPreExecute", "P", "Package", 101.0),
        event("OnPreExecute", "A", r"Package\A", 102.0),
        event("OnPreExecute", "AB", r"Package\AB", 102.0),
        event("OnPreExecute", "H", r"Package\A.EventHandlers[OnError]\H", 103.0),
        event("OnPostExecute", "H", r"Package\A.EventHandlers[OnError]\H", 104.0),
        event("OnPostExecute", "A", r"Package\A", 105.0, result=1),
        event("OnPostExecute", "AB", r"Package\AB", 106.0, result=0),
        event("OnPostExecute", "P", "Package", 107.0, result=1),
        state="failed",
        reason="Login failed;password=hunter2;",
    )
    assert ("H", "A") in parents(spans)
    assert ("AB", "P") in parents(spans)
    failed = {each.name for each in spans if not each.status.is_ok and each.status.status_code.name == "ERROR"}
    assert failed == {"A", "P", "execution P"}
    assert "hunter2" not in "".join(each.to_json() for each in spans)


def test_errors_are_events_of_the_span_and_components_have_their_rows(made) -> None:
    spans = made(
        event("OnPreExecute", "F", r"Package\F", 102.0),
        event("OnError", "F", r"Package\F", 103.0, code=-1073450974, message="pwd=abc"),
        event("OnError", "F", r"Package\F", 103.0, code=1, message="again", data={"bubbled": True}),
        event(
            "ComponentPhase",
            "F",
            r"Package\F",
            104.0,
            data={"component": "Src", "phase": "PrimeOutput", "seconds": 1.5},
        ),
        event(
            "ComponentPhase",
            "F",
            r"Package\F",
            104.0,
            data={"component": "Src", "phase": "PostExecute", "seconds": 9.0},
        ),
        event(
            "RowsSent",
            "F",
            r"Package\F",
            104.0,
            data={"path": r"Package\F.Paths[o]", "component": "Src", "target": "T", "rows": 7},
        ),
        event("OnPostExecute", "F", r"Package\F", 105.0, result=0),
    )
    flow, source = (next(each for each in spans if each.name == name) for name in ("F", "Src"))
    assert [(each.name, each.attributes["message"]) for each in flow.events] == [("OnError", "pwd=***")]
    assert flow.events[0].attributes["dtserve.code"] == "0xC0047022"
    assert source.attributes["dtserve.rows_sent"] == 7
    assert source.attributes["dtserve.seconds.PrimeOutput"] == 1.5
    assert (source.start_time, source.end_time) == (flow.start_time, flow.end_time)


def test_what_a_kill_left_open_ends_with_the_run(made) -> None:
    spans = made(event("OnPreExecute", "P", "Package", 101.0), state="lost", exit_code=1, reason="gone")
    assert {each.name: each.end_time for each in spans}["P"] == 110 * 10**9


def test_a_loop_without_end_makes_no_trace_without_end(made, monkeypatch) -> None:
    monkeypatch.setattr(run_spans, "MOST_SPANS", 5)
    events = []
    for _ in range(2000):
        events += [event("OnPreExecute", "T", r"Package\T", 101.0), event("OnPostExecute", "T", r"Package\T", 101.0)]
    spans = made(*events)
    root = next(each for each in spans if each.name == "execution P")
    assert (len(spans), root.attributes["dtserve.spans_left_out"]) == (7, 1995)
