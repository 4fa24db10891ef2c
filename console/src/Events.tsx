/** The events of a run: the latest as they arrive, or all of a level or with a text, page by page from the database. */
import { Button, Input, Select, Switch } from "@fluentui/react-components";
import { useCallback, useEffect, useMemo, useState } from "react";
import { call, told, type RunEvent } from "./api";
import { count, hresult, time } from "./format";

const SHOWN = 1000;
const PAGE = 500;
const TYPING_MS = 300;
const LATEST = "latest";

export function Events({ id, latest, total }: { id: string; latest: RunEvent[]; total: number }) {
  const [level, setLevel] = useState(LATEST);
  const [text, setText] = useState("");
  const [progress, setProgress] = useState(false);
  const asked = level !== LATEST || text !== "";
  const found = usePages(id, level === LATEST ? "" : level, text, asked);
  const shown = useMemo(
    () => latest.filter((e) => progress || !["OnProgress", "ComponentPhase"].includes(e.kind)).slice(-SHOWN),
    [latest, progress],
  );
  return (
    <>
      <h2>Events</h2>
      <div className="tools">
        <Select aria-label="Level" value={level} onChange={(_, data) => setLevel(data.value)}>
          <option value={LATEST}>Latest</option>
          <option value="verbose">All, from the first on</option>
          <option value="information">Information, warnings, errors</option>
          <option value="warning">Warnings and errors</option>
          <option value="error">Errors</option>
        </Select>
        <Input style={{ minWidth: 280 }} type="search" placeholder="Search messages and sources" aria-label="Search events" value={text} onChange={(_, data) => setText(data.value)} />
        {!asked && <Switch label="Progress and phases" checked={progress} onChange={(_, data) => setProgress(data.checked)} />}
      </div>
      {found.problem && <p role="alert">{found.problem}</p>}
      <div className="events"><Table events={asked ? found.events : shown} /></div>
      {asked && found.next !== null && <Button onClick={found.more}>More</Button>}
      {!asked && total > shown.length && <div className="muted">The latest of {count(total)} events.</div>}
    </>
  );
}

interface Pages {
  events: RunEvent[];
  next: number | null;
  problem: string;
  more: () => void;
}

function usePages(id: string, level: string, text: string, asked: boolean): Pages {
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback(
    async (after: number) => {
      const query = new URLSearchParams({ after: String(after), limit: String(PAGE), level, text });
      return await call<{ events: RunEvent[]; next: number | null }>("GET", `/executions/${id}/events?${query}`);
    },
    [id, level, text],
  );
  useEffect(() => {
    if (!asked) return undefined;
    let gone = false;
    const timer = setTimeout(() => {
      load(0).then(
        (found) => {
          if (gone) return;
          setEvents(found.events);
          setNext(found.next);
          setProblem("");
        },
        (error) => { if (!gone) setProblem(told(error)); },
      );
    }, text ? TYPING_MS : 0);
    return () => { gone = true; clearTimeout(timer); };
  }, [asked, load, text]);
  const more = () => {
    if (next === null) return;
    load(next).then(
      (found) => { setEvents((old) => [...old, ...found.events]); setNext(found.next); },
      (error) => setProblem(told(error)),
    );
  };
  return { events, next, problem, more };
}

function Table({ events }: { events: RunEvent[] }) {
  return (
    <table className="grid" data-testid="events">
      <thead><tr><th>Time</th><th>Event</th><th>Source</th><th>Message</th><th>Code</th></tr></thead>
      <tbody>
        {events.map((e) => (
          <tr key={e.sequence} className={e.kind}>
            <td className="fixed">{time(e.time)}</td><td className="fixed">{e.kind}</td><td>{e.source}{e.subcomponent && ` › ${e.subcomponent}`}</td>
            <td>{e.message}{e.percent >= 0 && ` ${e.percent} %`}</td><td className="fixed">{hresult(e.code)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
