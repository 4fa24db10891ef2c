import { Link } from "@fluentui/react-components";
import type { Execution } from "./api";
import { clock, elapsed } from "./format";

export function ExecutionsTable({ executions, none = "None." }: { executions: Execution[]; none?: string }) {
  if (executions.length === 0) return <p className="muted">{none}</p>;
  return (
    <table className="grid" data-testid="executions">
      <thead>
        <tr><th>Package</th><th>State</th><th>Started</th><th>Duration</th><th>User</th><th className="number">Errors</th></tr>
      </thead>
      <tbody>
        {executions.map((e) => (
          <tr key={e.id}>
            <td><Link href={`#/execution/${e.id}`}>{e.package_path}</Link></td>
            <td className={e.state}>{e.state.replace("_", " ")}</td><td>{clock(e.started ?? e.created)}</td><td>{elapsed(e.started ?? e.created, e.ended)}</td>
            <td>{e.user}</td><td className="number">{e.errors}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
