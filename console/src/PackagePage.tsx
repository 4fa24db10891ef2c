import { Button } from "@fluentui/react-components";
import { ArrowDownloadRegular, OptionsRegular, PlayRegular } from "@fluentui/react-icons";
import { useCallback, useEffect, useState } from "react";
import { useActions } from "./actions";
import { ApiError, at, call, type Execution, type PackageNode } from "./api";
import { useChanges } from "./changes";
import { ExecuteDialog } from "./ExecuteDialog";
import { ExecutionsTable } from "./ExecutionsTable";
import { bytes, clock, LEVELS } from "./format";
import { Versions } from "./Versions";

export function PackagePage({ path, toaster }: { path: string; toaster: string }) {
  const actions = useActions(toaster);
  const [found, setFound] = useState<PackageNode | null>(null);
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState(false);
  const [past, setPast] = useState<Execution[]>([]);
  const load = useCallback(() => {
    call<PackageNode>("GET", `/packages${at(path)}`).then(setFound, (e) =>
      setProblem(e instanceof ApiError ? e.problem.detail : String(e)),
    );
  }, [path]);
  useChanges(path, load);
  useEffect(() => {
    load();
    void call<{ executions: Execution[] }>("GET", `/executions?limit=500&package=${encodeURIComponent(path)}`).then(
      (all) => setPast(all.executions.filter((e) => e.package_path === path).slice(0, 20)), // not those of \Load2 for \Load
      () => undefined,
    );
  }, [path, load]);
  if (problem) return <p role="alert">{problem}</p>;
  if (found === null) return <p>Loading…</p>;
  return (
    <>
      <h1>{found.name}</h1>
      <div className="muted">{path}</div>
      <div className="tools">
        <Button appearance="primary" icon={<PlayRegular />} onClick={() => void actions.run(path)}>Run Package</Button>
        <Button icon={<OptionsRegular />} onClick={() => setAsking(true)}>Execute Package Utility…</Button>
        <Button icon={<ArrowDownloadRegular />} onClick={() => actions.exportPackage(path)}>Export Package</Button>
      </div>
      <dl className="facts">
        <dt>Description</dt><dd>{found.description}</dd>
        <dt>Version</dt><dd>{found.version}</dd>
        <dt>Package ID</dt><dd>{found.package_id}</dd>
        <dt>Version ID</dt><dd>{found.version_id}</dd>
        <dt>Format</dt><dd>{found.package_format || "unknown"}</dd>
        <dt>Protection level</dt><dd>{LEVELS[found.protection_level] ?? "unknown"}</dd>
        <dt>Size</dt><dd>{bytes(found.size)}</dd>
        <dt>Modified</dt><dd>{clock(found.modified)}</dd>
      </dl>
      <h2>Runs</h2>
      <ExecutionsTable executions={past} />
      {asking && (
        <ExecuteDialog path={path} name={found.name} onClose={() => setAsking(false)} onRun={(s) => void actions.run(path, s)} />
      )}
      <Versions path={path} toaster={toaster} onRestored={load} />
    </>
  );
}
