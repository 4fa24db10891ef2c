/** A list of the service with its problem, loaded again after each change that is made on the page. */
import { useCallback, useEffect, useState } from "react";
import { call, told } from "./api";

export interface List<Row> {
  rows: Row[];
  problem: string;
  /** Make a change, then load again; whether it was made. */
  work: (change: () => Promise<unknown>) => Promise<boolean>;
}

export function useList<Row>(path: string, name: string): List<Row> {
  const [rows, setRows] = useState<Row[]>([]);
  const [problem, setProblem] = useState("");
  const work = useCallback(
    async (change: () => Promise<unknown>) => {
      try {
        await change();
        setRows((await call<Record<string, Row[]>>("GET", path))[name] ?? []);
        setProblem("");
        return true;
      } catch (error) {
        setProblem(told(error));
        return false;
      }
    },
    [path, name],
  );
  useEffect(() => void work(() => Promise.resolve()), [work]);
  return { rows, problem, work };
}
