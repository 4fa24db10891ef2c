/** The running packages, kept up to date by the service (SSE). */
import { useEffect, useState } from "react";
import { call, stream, type Execution } from "./api";
import { useChanges } from "./changes";

export function useRunning(): Execution[] {
  const [list, setList] = useState<Execution[]>([]);
  useEffect(() => {
    const source = stream("/executions/stream");
    source.addEventListener("running", (event) => setList(JSON.parse((event as MessageEvent<string>).data) as Execution[]));
    return () => source.close();
  }, []);
  useChanges("running", () => {
    void call<{ executions: Execution[] }>("GET", "/executions?running=true").then((found) => setList(found.executions));
  });
  return list;
}
