/** Schedules: which packages start by the clock, as jobs of SQL Server Agent do. */
import { Button, Field, Input, Link, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { useState } from "react";
import { call } from "./api";
import { clock } from "./format";
import { useList } from "./lists";

interface Schedule {
  id: string;
  name: string;
  owner: string;
  package_path: string;
  cron: string;
  every_seconds: number;
  time_zone: string;
  missed: string;
  paused: boolean;
  next_run: number;
  last_run: number | null;
  last_execution: string;
  last_problem: string;
}

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const FRESH = { name: "", path: "", kind: "cron", cron: "30 2 * * *", minutes: "60", zone: HERE, missed: "skip" };

export function SchedulesPage() {
  const { rows, problem, work } = useList<Schedule>("/schedules", "schedules");
  return (
    <>
      <h1>Schedules</h1>
      {problem && <MessageBar intent="error"><MessageBarBody>{problem}</MessageBarBody></MessageBar>}
      <NewSchedule work={work} />
      <table className="grid" data-testid="schedules">
        <thead><tr><th>Name</th><th>Package</th><th>When</th><th>Next run</th><th>Last run</th><th>Owner</th><th /></tr></thead>
        <tbody>
          {rows.map((s) => (
            <tr key={s.id}>
              <td>{s.name}</td><td>{s.package_path}</td>
              <td>{s.cron ? `${s.cron} (${s.time_zone})` : `every ${s.every_seconds / 60} minutes`}</td>
              <td>{s.paused ? "paused" : clock(s.next_run)}</td>
              <td>
                {s.last_execution ? <Link href={`#/execution/${s.last_execution}`}>{clock(s.last_run)}</Link> : clock(s.last_run)}
                {s.last_problem && <div role="alert">{s.last_problem}</div>}
              </td>
              <td>{s.owner}</td>
              <td className="number">
                <Button size="small" onClick={() => void work(() => call("PATCH", `/schedules/${s.id}`, { paused: !s.paused }))}>
                  {s.paused ? "Resume" : "Pause"}
                </Button>{" "}
                <Button size="small" onClick={() => window.confirm(`Delete the schedule ${s.name}?`) && void work(() => call("DELETE", `/schedules/${s.id}`))}>Delete</Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="muted">There are no schedules.</p>}
    </>
  );
}

function NewSchedule({ work }: { work: (change: () => Promise<unknown>) => Promise<boolean> }) {
  const [form, setForm] = useState(FRESH);
  const set = (name: keyof typeof FRESH) => (_: unknown, data: { value: string }) => setForm((old) => ({ ...old, [name]: data.value }));
  const add = async () => {
    const when = form.kind === "cron" ? { cron: form.cron, time_zone: form.zone } : { every_seconds: 60 * Number(form.minutes) };
    const body = { name: form.name, start: { package: form.path }, missed: form.missed, ...when };
    if (await work(() => call("POST", "/schedules", body))) setForm(FRESH);
  };
  return (
    <div className="form">
      <Field label="Schedule name"><Input value={form.name} onChange={set("name")} /></Field>
      <Field label="Package path"><Input value={form.path} placeholder="\MSDB\Folder\Package" onChange={set("path")} /></Field>
      <Field label="Starts">
        <Select value={form.kind} onChange={set("kind")}><option value="cron">at times (cron)</option><option value="every">at an interval</option></Select>
      </Field>
      {form.kind === "cron" ? (
        <>
          <Field label="Minute hour day month weekday"><Input value={form.cron} onChange={set("cron")} /></Field>
          <Field label="Time zone"><Input value={form.zone} onChange={set("zone")} /></Field>
        </>
      ) : (
        <Field label="Minutes between runs"><Input type="number" value={form.minutes} onChange={set("minutes")} /></Field>
      )}
      <Field label="Missed runs">
        <Select value={form.missed} onChange={set("missed")}><option value="skip">are left out</option><option value="once">are made up once</option></Select>
      </Field>
      <Button appearance="primary" disabled={!form.name || !form.path} onClick={() => void add()}>New schedule</Button>
    </div>
  );
}
