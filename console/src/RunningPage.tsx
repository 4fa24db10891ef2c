/** Running Packages as they are now, and what has ended: searched and paged in the service's history. */
import { Button, Input, Select } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { call, told, type Execution } from "./api";
import { ExecutionsTable } from "./ExecutionsTable";
import { useRunning } from "./running";

const TYPING_MS = 300;
const STATES = ["succeeded", "failed", "canceled", "timed_out", "lost"];

interface Page {
  executions: Execution[];
  next: number | null;
}

export function RunningPage() {
  const now = useRunning();
  const [text, setText] = useState("");
  const [state, setState] = useState("");
  const [past, setPast] = useState<Page>({ executions: [], next: null });
  const [problem, setProblem] = useState("");
  const load = useCallback(
    (before: number | null) => {
      const query = new URLSearchParams({ running: "false", limit: "50", text });
      if (state) query.set("state", state);
      if (before !== null) query.set("before", String(before));
      return call<Page>("GET", `/executions?${query}`);
    },
    [text, state],
  );
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      load(null).then(
        (found) => { if (!gone) { setPast(found); setProblem(""); } },
        (error) => { if (!gone) setProblem(told(error)); },
      );
    }, text ? TYPING_MS : 0);
    return () => { gone = true; clearTimeout(timer); };
  }, [now, load, text]);
  const more = () =>
    load(past.next).then(
      (found) => setPast((old) => ({ ...found, executions: [...old.executions, ...found.executions] })),
      (error) => setProblem(told(error)),
    );
  return (
    <>
      <h1>Running Packages</h1>
      <ExecutionsTable executions={now} none="No package is running." />
      <h2>Ended</h2>
      <div className="tools">
        <Input style={{ minWidth: 280 }} type="search" placeholder="Search packages, users and reasons" aria-label="Search runs" value={text} onChange={(_, data) => setText(data.value)} />
        <Select aria-label="State" value={state} onChange={(_, data) => setState(data.value)}>
          <option value="">all states</option>
          {STATES.map((each) => <option value={each} key={each}>{each.replace("_", " ")}</option>)}
        </Select>
      </div>
      {problem && <p role="alert">{problem}</p>}
      <ExecutionsTable executions={past.executions} none={text || state ? "No run fits." : "No package has run yet."} />
      {past.next !== null && <Button onClick={() => void more()}>Earlier</Button>}
    </>
  );
}
