import { Link } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { ApiError, at, call, type Listing } from "./api";
import { useChanges } from "./changes";
import { bytes, clock } from "./format";

export function FolderPage({ path }: { path: string }) {
  const [listing, setListing] = useState<Listing | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback(() => {
    call<Listing>("GET", `/tree${at(path)}`).then(setListing, (e) =>
      setProblem(e instanceof ApiError ? `${e.problem.detail} ${e.problem.remedy}` : String(e)),
    );
  }, [path]);
  useEffect(load, [load]);
  useChanges(path, load);
  return (
    <>
      <h1>{path || "Stored Packages"}</h1>
      {problem && <p role="alert">{problem}</p>}
      <table className="grid">
        <thead><tr><th>Name</th><th>Description</th><th>Version</th><th>Modified</th><th className="number">Size</th></tr></thead>
        <tbody>
          {listing?.folders.map((f) => (
            <tr key={f.path}>
              <td><Link href={`#/folder/${encodeURIComponent(f.path)}`}>{f.name}</Link></td>
              <td>{f.problem}</td><td /><td /><td />
            </tr>
          ))}
          {listing?.packages.map((p) => (
            <tr key={`${p.path}.dtsx`}>
              <td><Link href={`#/package/${encodeURIComponent(p.path)}`}>{p.name}</Link></td>
              <td>{p.description}</td><td>{p.version}</td><td>{clock(p.modified)}</td>
              <td className="number">{bytes(p.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
