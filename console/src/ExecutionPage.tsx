/** One run: state, elapsed time, rows on each path, events; all arriving live. */
import { Badge, Button, ProgressBar } from "@fluentui/react-components";
import { StopRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { useActions } from "./actions";
import { call, running, stream, told, type Execution, type PathRows, type RunEvent } from "./api";
import { Events } from "./Events";
import { clock, count, elapsed } from "./format";
import { Phases } from "./Phases";
import { go } from "./route";
import { Timeline } from "./Timeline";

const COLOR: Record<string, "success" | "danger" | "warning" | "informative"> = {
  succeeded: "success", failed: "danger", timed_out: "danger", lost: "danger", canceled: "warning",
};
const KEPT = 3000;

export function ExecutionPage({ id, toaster }: { id: string; toaster: string }) {
  const actions = useActions(toaster);
  const [run, setRun] = useState<Execution | null>(null);
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [problem, setProblem] = useState("");
  const [, tick] = useState(0);
  useEffect(() => {
    let source: EventSource | null = null;
    let gone = false;
    const watch = (found: Execution) => {
      if (gone) return;
      setRun(found);
      source = stream(`/executions/${id}/stream?after=${Math.max(0, found.last_event - KEPT)}`);
      source.addEventListener("execution", (e) => {
        const now = JSON.parse((e as MessageEvent<string>).data) as Execution;
        setRun(now);
        if (!running(now.state)) source?.close();
      });
      source.addEventListener("events", (e) => {
        const batch = JSON.parse((e as MessageEvent<string>).data) as RunEvent[];
        setEvents((old) => [...old, ...batch].slice(-KEPT));
      });
    };
    call<Execution>("GET", `/executions/${id}`).then(watch, (error) => { if (!gone) setProblem(told(error)); });
    return () => { gone = true; source?.close(); };
  }, [id]);
  const live = run !== null && running(run.state);
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 200);
    return () => clearInterval(timer);
  }, [live]);
  if (problem) return <p role="alert">{problem}</p>;
  if (run === null) return <p>Loading…</p>;
  return (
    <>
      <h1>{run.package_name}</h1>
      <div className="muted">{run.package_path}</div>
      <div className="tools">
        <Badge color={COLOR[run.state] ?? "informative"} size="large" data-testid="state">{run.state}</Badge>
        <span data-testid="elapsed">{elapsed(run.started ?? run.created, run.ended)}</span>
        {live && <Button icon={<StopRegular />} onClick={() => void actions.stop(run.id)}>Stop</Button>}
        {!live && <Button onClick={() => go("package", run.package_path)}>Package</Button>}
      </div>
      {live && <ProgressBar />}
      {run.reason && <p role="alert">{run.reason}</p>}
      <dl className="facts">
        <dt>Started</dt><dd>{clock(run.started)} by {run.user}</dd>
        <dt>Ended</dt><dd>{clock(run.ended)}</dd>
        <dt>Errors, warnings</dt><dd>{run.errors}, {run.warnings}</dd>
        <Asked options={run.options} />
      </dl>
      <Timeline events={events} live={live} />
      <Phases run={run} live={live} />
      <Rows paths={run.paths ?? []} />
      <Events id={id} latest={events} total={run.last_event} />
    </>
  );
}

/** What the run was asked to do otherwise than the package says; values of secrets are not kept. */
function Asked({ options }: { options: Execution["options"] }) {
  const parameters = Object.entries(options.parameters ?? {}).map(([name, value]) => `${name} = ${value}`);
  const set = (options.set ?? []).filter((each) => !each.startsWith("parameter "));
  return (
    <>
      {options.validate_only && <><dt>Execution option</dt><dd>Validate package without executing</dd></>}
      {parameters.length > 0 && <><dt>Parameters</dt><dd>{parameters.join(", ")}</dd></>}
      {set.length > 0 && <><dt>Set</dt><dd>{set.join(", ")}</dd></>}
    </>
  );
}

function Rows({ paths }: { paths: PathRows[] }) {
  if (paths.length === 0) return null;
  const most = Math.max(...paths.map((p) => p.rows), 1);
  return (
    <>
      <h2>Rows on paths</h2>
      <table className="grid" data-testid="rows">
        <thead><tr><th>From</th><th>To</th><th>Path</th><th className="number">Rows</th><th style={{ width: "30%" }} /></tr></thead>
        <tbody>
          {paths.map((p) => (
            <tr key={p.path}>
              <td>{p.component}</td><td>{p.target}</td><td>{p.path.slice(p.path.lastIndexOf("[") + 1).replace("]", "")}</td>
              <td className="number">{count(p.rows)}</td>
              <td><div className="swim" style={{ width: `${(100 * p.rows) / most}%` }} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
