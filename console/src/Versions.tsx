/** What a package was: its kept versions, what differs between them, and the way back. */
import { Button, Link } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { useActions } from "./actions";
import { ApiError, at, call, type VersionNode } from "./api";
import { changed, parentOf } from "./changes";
import { bytes, clock } from "./format";

interface Comparison {
  title: string;
  structural: boolean;
  changes: string[];
}

export function Versions({ path, toaster, onRestored }: { path: string; toaster: string; onRestored: () => void }) {
  const actions = useActions(toaster);
  const [found, setFound] = useState<VersionNode[]>([]);
  const [problem, setProblem] = useState("");
  const [compared, setCompared] = useState<Comparison | null>(null);
  const load = useCallback(() => {
    call<{ versions: VersionNode[] }>("GET", `/packages/versions${at(path)}`).then(
      (answer) => { setFound(answer.versions); setProblem(""); },
      (error) => setProblem(error instanceof ApiError ? error.problem.detail : String(error)),
    );
  }, [path]);
  useEffect(load, [load]);
  const compare = (older: VersionNode, newer: VersionNode) =>
    void actions.attempt("Compare", async () => {
      const url = `/packages/versions/diff${at(path)}&old=${older.version}&new=${newer.version}`;
      const answer = await call<Omit<Comparison, "title">>("GET", url);
      setCompared({ ...answer, title: `Version ${older.version} → ${newer.version}` });
    });
  const restore = (version: VersionNode) =>
    void actions.attempt("Restore", async () => {
      await call("POST", "/packages/versions/restore", { path, version: version.version });
      changed(parentOf(path));
      load();
      onRestored();
    });
  const earlier = (index: number) => found.slice(index + 1).find((each) => !each.deleted);
  return (
    <>
      <h2>Versions</h2>
      {problem && <p role="alert">{problem}</p>}
      <table className="grid" aria-label="Versions">
        <thead>
          <tr><th className="number">Version</th><th>Time</th><th>Who</th><th>Why</th><th className="number">Size</th><th /></tr>
        </thead>
        <tbody>
          {found.map((each, index) => {
            const before = earlier(index);
            return (
              <tr key={each.version}>
                <td className="number">{each.version}</td><td>{clock(each.time)}</td><td>{each.who}</td><td>{each.why}</td>
                <td className="number">{each.deleted ? "deleted" : bytes(each.size)}</td>
                <td>
                  {!each.deleted && (
                    <>
                      <Link href={`/api/packages/versions/content${at(path)}&version=${each.version}`} download>Export</Link>
                      {" "}
                      {before && <Link onClick={() => compare(before, each)}>Compare</Link>}
                      {" "}
                      {index > 0 && <Link onClick={() => restore(each)}>Restore</Link>}
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {compared && (
        <section aria-label="Comparison">
          <h3>{compared.title} <Button size="small" onClick={() => setCompared(null)}>Close</Button></h3>
          <pre className="diff">{compared.changes.join("\n") || "No differences."}</pre>
        </section>
      )}
    </>
  );
}
