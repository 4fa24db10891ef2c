import { useEffect, useState } from "react";
import { call, type LogEntry } from "./api";
import { clock } from "./format";

export function LogPage() {
  const [entries, setEntries] = useState<LogEntry[]>([]);
  useEffect(() => {
    void call<{ events: LogEntry[] }>("GET", "/events").then((found) => setEntries(found.events), () => undefined);
  }, []);
  return (
    <>
      <h1>Event log</h1>
      <table className="grid">
        <thead><tr><th>Time</th><th>Severity</th><th className="number">Event ID</th><th>Message</th></tr></thead>
        <tbody>
          {entries.map((e) => (
            <tr key={e.number}>
              <td>{clock(e.time)}</td><td>{e.severity}</td><td className="number">{e.event_id}</td>
              <td style={{ whiteSpace: "pre-line" }}>{e.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
