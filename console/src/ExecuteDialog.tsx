/** Execute Package Utility: a run with other values than the package's own (SERVICE §10.8), on the server. */
import { Button, Checkbox, Field, Input, Tab, TabList, Textarea } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Frame } from "./dialogs";

type Pair = [string, string];
type Pairs = Pair[];

const EMPTY: Pairs = [["", ""]];
const FRESH = {
  parameters: EMPTY, set: EMPTY, connections: EMPTY, configurations: "", password: "", validate: false, warnings: false,
  concurrent: "", build: "", signed: false,
};
type Form = typeof FRESH;

const PAGES = ["Parameters", "Connection Managers", "Set Values", "Configurations", "Execution Options", "Verification"];

interface Props {
  path: string;
  name: string;
  onRun: (asked: object) => void;
  onClose: () => void;
}

export function ExecuteDialog({ path, name, onRun, onClose }: Props) {
  const [form, setForm] = useState<Form>(FRESH);
  const [page, setPage] = useState(PAGES[0]);
  const change = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  return (
    <Frame title={`Execute ${name}`} ok="Execute" ready onOk={() => onRun(asked(form))} onClose={onClose}>
      <div className="muted">{path}</div>
      <TabList selectedValue={page} onTabSelect={(_, data) => setPage(String(data.value))} size="small" style={{ flexWrap: "wrap" }}>
        {PAGES.map((each) => <Tab value={each} key={each}>{each}</Tab>)}
      </TabList>
      {page === "Parameters" && (
        <PairList names={["Parameter", "Value"]} rows={form.parameters} onRows={(parameters) => change({ parameters })} />
      )}
      {page === "Connection Managers" && (
        <PairList names={["Connection manager", "Connection string"]} rows={form.connections} onRows={(connections) => change({ connections })} />
      )}
      {page === "Set Values" && (
        <PairList names={["Property path", "Value"]} rows={form.set} onRows={(set) => change({ set })} />
      )}
      {page === "Configurations" && (
        <Field label="Configuration files on the server, one per line" hint="They are read from top to bottom; the last one wins.">
          <Textarea value={form.configurations} onChange={(_, data) => change({ configurations: data.value })} rows={4} />
        </Field>
      )}
      {page === "Execution Options" && (
        <>
          <Checkbox label="Fail the package on validation warnings" checked={form.warnings} onChange={(_, data) => change({ warnings: data.checked === true })} />
          <Checkbox label="Validate package without executing" checked={form.validate} onChange={(_, data) => change({ validate: data.checked === true })} />
          <Field label="Maximum concurrent executables" hint="Empty: as the package says.">
            <Input type="number" min={-1} max={1024} value={form.concurrent} onChange={(_, data) => change({ concurrent: data.value })} />
          </Field>
        </>
      )}
      {page === "Verification" && (
        <>
          <Checkbox label="Execute only signed packages" checked={form.signed} onChange={(_, data) => change({ signed: data.checked === true })} />
          <Field label="Verify package build" hint="Major, minor and build, as 1.0.12; empty for any.">
            <Input value={form.build} onChange={(_, data) => change({ build: data.value })} />
          </Field>
        </>
      )}
      <Field label="Password that opens an encrypted package">
        <Input type="password" autoComplete="off" value={form.password} onChange={(_, data) => change({ password: data.value })} />
      </Field>
    </Frame>
  );
}

/** Names with their values; there is always an empty row to go on with. */
function PairList({ names, rows, onRows }: { names: Pair; rows: Pairs; onRows: (rows: Pairs) => void }) {
  const put = (index: number, pair: Pair) => {
    const next = rows.map((each, at) => (at === index ? pair : each));
    onRows(next[next.length - 1]?.[0] ? [...next, ["", ""]] : next);
  };
  return (
    <div style={{ margin: "8px 0" }}>
      {rows.map(([key, value], index) => (
        <div className="pair" key={index}>
          <Input aria-label={`${names[0]} ${index + 1}`} placeholder={names[0]} value={key} onChange={(_, data) => put(index, [data.value, value])} />
          <Input aria-label={`${names[1]} ${index + 1}`} placeholder={names[1]} value={value} onChange={(_, data) => put(index, [key, data.value])} />
          <Button
            appearance="subtle" icon={<DismissRegular />} aria-label={`Remove row ${index + 1}`} disabled={rows.length === 1}
            onClick={() => onRows(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
    </div>
  );
}

const given = (rows: Pairs) => Object.fromEntries(rows.filter(([key]) => key.trim() !== "").map(([key, value]) => [key.trim(), value]));

/** The body of a start: only what was filled in. */
function asked(form: Form): object {
  const files = form.configurations.split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    parameters: given(form.parameters),
    connections: given(form.connections),
    set: given(form.set),
    configurations: files,
    validate_only: form.validate,
    warnings_as_errors: form.warnings,
    verify_signed: form.signed,
    ...(form.concurrent ? { max_concurrent: Number(form.concurrent) } : {}),
    ...(form.build.trim() ? { verify_build: form.build.split(".").map(Number) } : {}),
    ...(form.password ? { password: form.password } : {}),
  };
}
