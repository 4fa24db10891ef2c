/** How long the components of data flows worked, phase by phase, live while the run goes on. */
import { useEffect, useState } from "react";
import { call, type Execution } from "./api";

interface Phase {
  task: string;
  task_path: string;
  component: string;
  phase: string;
  seconds: number;
  times: number;
}

const AGAIN_MS = 1500;
const SHOWN: [string, string, string][] = [
  ["Validate", "Validate", "#8764b8"],
  ["PreExecute", "Pre-execute", "#ca5010"],
  ["PrimeOutput", "Primary output", "#107c10"],
  ["ProcessInput", "Process input", "#0f6cbd"],
  ["PostExecute", "Post-execute", "#6b6b6b"],
];

export function Phases({ run, live }: { run: Execution; live: boolean }) {
  const [phases, setPhases] = useState<Phase[]>([]);
  useEffect(() => {
    let gone = false;
    const load = () =>
      void call<{ phases: Phase[] }>("GET", `/executions/${run.id}/phases`).then(
        (found) => { if (!gone) setPhases(found.phases); },
        () => undefined,
      );
    load();
    const timer = live ? setInterval(load, AGAIN_MS) : undefined;
    return () => { gone = true; clearInterval(timer); };
  }, [run.id, live]);
  if (phases.length === 0) return null;
  const rows = rowsOf(phases);
  const most = Math.max(...rows.map((row) => row.total), 0.000001);
  return (
    <>
      <h2>Component phases</h2>
      <div className="legend">{SHOWN.map(([key, name, color]) => <span key={key}><i style={{ background: color }} />{name}</span>)}</div>
      <table className="grid" data-testid="phases">
        <thead>
          <tr>
            <th>Data flow</th><th>Component</th>
            {SHOWN.map(([key, name]) => <th className="number" key={key}>{name}</th>)}
            <th className="number">Total</th><th style={{ width: "26%" }} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td>{row.task}</td><td>{row.component}</td>
              {SHOWN.map(([key]) => <td className="number" key={key}>{took(row.spent[key])}</td>)}
              <td className="number">{took(row.total)}</td>
              <td>
                <div className="bars">
                  {SHOWN.filter(([key]) => row.spent[key]).map(([key, name, color]) => (
                    <div
                      key={key}
                      title={`${name}: ${took(row.spent[key])}`}
                      style={{ background: color, width: `${(100 * (row.spent[key] ?? 0)) / most}%` }}
                    />
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface Row {
  key: string;
  task: string;
  component: string;
  spent: Record<string, number>;
  total: number;
}

function rowsOf(phases: Phase[]): Row[] {
  const rows = new Map<string, Row>();
  for (const p of phases) {
    const key = `${p.task_path}\n${p.component}`;
    const row = rows.get(key) ?? { key, task: p.task, component: p.component, spent: {}, total: 0 };
    row.spent[p.phase] = (row.spent[p.phase] ?? 0) + p.seconds;
    row.total += p.seconds;
    rows.set(key, row);
  }
  return [...rows.values()];
}

function took(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds >= 10 ? `${seconds.toFixed(1)} s` : `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}
