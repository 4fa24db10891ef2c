/** One run: state, elapsed time, rows on each path, events; all arriving live. */
import { Badge, Button, ProgressBar, Switch } from "@fluentui/react-components";
import { StopRegular } from "@fluentui/react-icons";
import { useEffect, useMemo, useState } from "react";
import { useActions } from "./actions";
import { running, type Execution, type PathRows, type RunEvent } from "./api";
import { clock, count, elapsed, hresult, time } from "./format";
import { go } from "./route";
import { Timeline } from "./Timeline";

const COLOR: Record<string, "success" | "danger" | "warning" | "informative"> = {
  succeeded: "success", failed: "danger", canceled: "warning",
};
const SHOWN = 1000;

export function ExecutionPage({ id, toaster }: { id: string; toaster: string }) {
  const actions = useActions(toaster);
  const [run, setRun] = useState<Execution | null>(null);
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [progress, setProgress] = useState(false);
  const [, tick] = useState(0);
  useEffect(() => {
    const source = new EventSource(`/api/executions/${id}/stream`);
    source.addEventListener("execution", (e) => {
      const found = JSON.parse((e as MessageEvent<string>).data) as Execution;
      setRun(found);
      if (!running(found.state)) source.close();
    });
    source.addEventListener("events", (e) => {
      const batch = JSON.parse((e as MessageEvent<string>).data) as RunEvent[];
      setEvents((old) => [...old, ...batch]);
    });
    return () => source.close();
  }, [id]);
  const live = run !== null && running(run.state);
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 200);
    return () => clearInterval(timer);
  }, [live]);
  const shown = useMemo(
    () => events.filter((e) => progress || !["OnProgress", "ComponentPhase"].includes(e.kind)).slice(-SHOWN),
    [events, progress],
  );
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
      </dl>
      <Timeline events={events} live={live} />
      <Rows paths={run.paths ?? []} />
      <h2>Events</h2>
      <Switch label="Progress and phases" checked={progress} onChange={(_, data) => setProgress(data.checked)} />
      <div className="events">
        <table className="grid" data-testid="events">
          <thead><tr><th>Time</th><th>Event</th><th>Source</th><th>Message</th><th>Code</th></tr></thead>
          <tbody>
            {shown.map((e) => (
              <tr key={e.sequence} className={e.kind}>
                <td className="fixed">{time(e.time)}</td><td className="fixed">{e.kind}</td><td>{e.source}{e.subcomponent && ` › ${e.subcomponent}`}</td>
                <td>{e.message}{e.percent >= 0 && ` ${e.percent} %`}</td><td className="fixed">{hresult(e.code)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {events.length > SHOWN && <div className="muted">The latest {SHOWN} of {count(events.length)} events.</div>}
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
