/** Alerts: who is told by mail or web hook when packages fail, succeed or run long, and what was sent. */
import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { useState } from "react";
import { call } from "./api";
import { clock } from "./format";
import { useList } from "./lists";

interface Alert {
  id: string;
  name: string;
  owner: string;
  events: string[];
  package_path: string;
  long_seconds: number;
  channel: string;
  target: string;
  paused: boolean;
}

interface Message {
  number: number;
  alert: string;
  execution: string;
  event: string;
  created: number;
  tries: number;
  state: string;
  problem: string;
}

const EVENTS: [string, string][] = [
  ["failed", "fails"], ["succeeded", "succeeds"], ["canceled", "is canceled"], ["timed_out", "times out"], ["lost", "is lost"],
  ["long_run", "runs long"],
];
const FRESH = { name: "", path: "", events: ["failed", "timed_out", "lost"], minutes: "60", channel: "mail", target: "" };

export function AlertsPage() {
  const { rows, problem, work } = useList<Alert>("/alerts", "alerts");
  const sent = useList<Message>("/alerts/messages", "messages");
  const told = (events: string[]) => EVENTS.filter(([key]) => events.includes(key)).map(([, text]) => text).join(", ");
  const named = (id: string) => rows.find((a) => a.id === id)?.name ?? "";
  return (
    <>
      <h1>Alerts</h1>
      {problem && <MessageBar intent="error"><MessageBarBody>{problem}</MessageBarBody></MessageBar>}
      <NewAlert work={work} />
      <table className="grid" data-testid="alerts">
        <thead><tr><th>Name</th><th>When a package</th><th>Packages</th><th>Tells</th><th>State</th><th /></tr></thead>
        <tbody>
          {rows.map((a) => (
            <tr key={a.id}>
              <td>{a.name}</td>
              <td>{told(a.events)}{a.events.includes("long_run") && ` (${a.long_seconds / 60} minutes)`}</td>
              <td>{a.package_path || "all"}</td><td>{a.target}</td><td>{a.paused ? "paused" : "on"}</td>
              <td className="number">
                <Button size="small" onClick={() => void work(() => call("PATCH", `/alerts/${a.id}`, { paused: !a.paused }))}>
                  {a.paused ? "Resume" : "Pause"}
                </Button>{" "}
                <Button size="small" onClick={() => window.confirm(`Delete the alert ${a.name}?`) && void work(() => call("DELETE", `/alerts/${a.id}`))}>Delete</Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="muted">There are no alerts.</p>}
      {sent.rows.length > 0 && (
        <>
          <h2>Messages</h2>
          <table className="grid" data-testid="messages">
            <thead><tr><th>Time</th><th>Alert</th><th>Run</th><th>State</th><th className="number">Tries</th><th>Problem</th></tr></thead>
            <tbody>
              {sent.rows.map((m) => (
                <tr key={m.number} className={m.problem ? "OnWarning" : ""}>
                  <td className="fixed">{clock(m.created)}</td><td>{named(m.alert)}</td>
                  <td><a href={`#/execution/${m.execution}`}>{m.event}</a></td><td>{m.state}</td>
                  <td className="number">{m.tries}</td><td>{m.problem}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

function NewAlert({ work }: { work: (change: () => Promise<unknown>) => Promise<boolean> }) {
  const [form, setForm] = useState(FRESH);
  const set = (name: keyof typeof FRESH) => (_: unknown, data: { value: string }) => setForm((old) => ({ ...old, [name]: data.value }));
  const long = form.events.includes("long_run");
  const add = async () => {
    const body = {
      name: form.name, package: form.path, events: form.events, channel: form.channel, target: form.target,
      long_seconds: long ? 60 * Number(form.minutes) : 0,
    };
    if (await work(() => call("POST", "/alerts", body))) setForm(FRESH);
  };
  const pick = (key: string, on: boolean) =>
    setForm((old) => ({ ...old, events: on ? [...old.events, key] : old.events.filter((each) => each !== key) }));
  return (
    <div className="form">
      <Field label="Alert name"><Input value={form.name} onChange={set("name")} /></Field>
      <Field label="Package or folder"><Input value={form.path} placeholder="all packages" onChange={set("path")} /></Field>
      <fieldset className="choices">
        <legend>When a package</legend>
        <div className="picker">
          {EVENTS.map(([key, text]) => (
            <Checkbox key={key} label={text} checked={form.events.includes(key)} onChange={(_, data) => pick(key, data.checked === true)} />
          ))}
        </div>
      </fieldset>
      {long && <Field label="Long is, in minutes"><Input type="number" value={form.minutes} onChange={set("minutes")} /></Field>}
      <Field label="By">
        <Select value={form.channel} onChange={set("channel")}><option value="mail">mail</option><option value="webhook">web hook</option></Select>
      </Field>
      <Field label="Send to"><Input value={form.target} placeholder={form.channel === "mail" ? "dba@example.com" : "https://…"} onChange={set("target")} /></Field>
      <Button appearance="primary" disabled={!form.name || !form.target || form.events.length === 0} onClick={() => void add()}>New alert</Button>
    </div>
  );
}
