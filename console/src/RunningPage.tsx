import { useEffect, useState } from "react";
import { call, type Execution } from "./api";
import { ExecutionsTable } from "./ExecutionsTable";
import { useRunning } from "./running";

export function RunningPage() {
  const now = useRunning();
  const [past, setPast] = useState<Execution[]>([]);
  useEffect(() => {
    void call<{ executions: Execution[] }>("GET", "/executions?running=false&limit=50").then((all) => setPast(all.executions));
  }, [now]);
  return (
    <>
      <h1>Running Packages</h1>
      <ExecutionsTable executions={now} />
      <h2>Ended</h2>
      <ExecutionsTable executions={past} />
    </>
  );
}
