/** The audit: who changed what, from where, and what was refused. */
import { Button } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { call, told } from "./api";
import { clock } from "./format";

interface Row {
  number: number;
  time: number;
  user: string;
  kind: string;
  address: string;
  action: string;
  target: string;
  outcome: string;
  before: string;
  after: string;
}

export function AuditPage() {
  const [rows, setRows] = useState<Row[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback((before: number | null) => {
    call<{ audit: Row[]; next: number | null }>("GET", `/audit?limit=100${before ? `&before=${before}` : ""}`).then(
      (found) => {
        setRows((all) => (before ? [...all, ...found.audit] : found.audit));
        setNext(found.next);
      },
      (error) => setProblem(told(error)),
    );
  }, []);
  useEffect(() => load(null), [load]);
  return (
    <>
      <h1>Audit</h1>
      {problem && <p role="alert">{problem}</p>}
      <table className="grid" data-testid="audit">
        <thead>
          <tr><th>Time</th><th>User</th><th>From</th><th>Action</th><th>Target</th><th>Before</th><th>After</th><th>Outcome</th></tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.number} className={r.outcome === "denied" ? "OnError" : ""}>
              <td className="fixed">{clock(r.time)}</td><td>{r.user}</td><td>{r.address}</td><td>{r.action}</td>
              <td>{r.target}</td><td>{r.before}</td><td>{r.after}</td><td>{r.outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {next !== null && <Button onClick={() => load(next)}>Earlier</Button>}
    </>
  );
}
