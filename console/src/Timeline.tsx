/** When each container and task ran: a bar from its OnPreExecute to its OnPostExecute. */
import { useMemo } from "react";
import type { RunEvent } from "./api";

interface Bar {
  key: string;
  name: string;
  depth: number;
  from: number;
  to: number | null;
  result: number | null;
}

const COLORS: Record<string, string> = { "0": "#107c10", "1": "#c50f1f", "3": "#9a6700" };
const MOST = 60;

export function Timeline({ events, live }: { events: RunEvent[]; live: boolean }) {
  const bars = useMemo(() => barsOf(events), [events]);
  if (bars.length === 0) return null;
  const start = Math.min(...bars.map((b) => b.from));
  const last = events[events.length - 1]?.time ?? start;
  const end = Math.max(live ? Date.now() / 1000 : last, start + 0.001);
  const place = (t: number) => (100 * (t - start)) / (end - start);
  return (
    <>
      <h2>Timeline</h2>
      <table className="grid" data-testid="timeline">
        <tbody>
          {bars.slice(-MOST).map((b) => (
            <tr key={b.key}>
              <td style={{ width: "28%", paddingLeft: 8 + 14 * b.depth }}>{b.name}</td>
              <td>
                <div
                  className="swim"
                  style={{
                    marginLeft: `${place(b.from)}%`,
                    width: `${Math.max(place(b.to ?? end) - place(b.from), 0.3)}%`,
                    background: b.to === null ? "#0f6cbd" : COLORS[String(b.result ?? 0)],
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function barsOf(events: RunEvent[]): Bar[] {
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  for (const e of events) {
    if (e.kind === "OnPreExecute") {
      const depth = Math.max(e.source_path.split("\\").length - 1, 0);
      const bar = { key: `${e.source_path}#${e.sequence}`, name: e.source, depth, from: e.time, to: null, result: null };
      bars.push(bar);
      open.set(e.source_path, bar);
    } else if (e.kind === "OnPostExecute") {
      const bar = open.get(e.source_path);
      if (bar) {
        bar.to = e.time;
        bar.result = e.result;
        open.delete(e.source_path);
      }
    }
  }
  return bars;
}
