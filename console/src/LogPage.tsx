/** View Logs: the service's own event log, newest first. */
import { Button } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { call, told, type LogEntry } from "./api";
import { clock } from "./format";

interface Page {
  events: LogEntry[];
  next: number | null;
}

export function LogPage() {
  const [entries, setEntries] = useState<LogEntry[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback((before: number | null) => {
    call<Page>("GET", `/events?limit=100${before ? `&before=${before}` : ""}`).then(
      (found) => {
        setEntries((all) => (before ? [...all, ...found.events] : found.events));
        setNext(found.next);
      },
      (error) => setProblem(told(error)),
    );
  }, []);
  useEffect(() => load(null), [load]);
  return (
    <>
      <h1>Event log</h1>
      {problem && <p role="alert">{problem}</p>}
      <table className="grid" data-testid="log">
        <thead><tr><th>Time</th><th>Severity</th><th className="number">Event ID</th><th>Message</th></tr></thead>
        <tbody>
          {entries.map((e) => (
            <tr key={e.number} className={{ error: "OnError", warning: "OnWarning" }[e.severity]}>
              <td className="fixed">{clock(e.time)}</td><td>{e.severity}</td><td className="number">{e.event_id}</td>
              <td style={{ whiteSpace: "pre-line" }}>{e.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {next !== null && <Button onClick={() => load(next)}>Earlier</Button>}
    </>
  );
}
