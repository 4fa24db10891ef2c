/** Copy, Move, Protection Level, Package Roles: what can be done with stored packages, tried with a dry run first. */
import {
  Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field,
  Input, Link, Option,
} from "@fluentui/react-components";
import { useEffect, useState, type ReactNode } from "react";
import { ApiError, at, call, type BulkAnswer, type Listing, type RolesAnswer } from "./api";
import { changed, parentOf } from "./changes";
import { NO_SECRETS, ProtectionFields, body, ready, type Secrets } from "./protection";

const problemOf = (error: unknown): string =>
  error instanceof ApiError ? `${error.problem.detail} ${error.problem.remedy}`.trim() : String(error);

interface FrameProps {
  title: string;
  onClose: () => void;
  problem: string;
  buttons: ReactNode;
  children: ReactNode;
}

function Frame({ title, onClose, problem, buttons, children }: FrameProps) {
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            {problem && <p role="alert">{problem}</p>}
          </DialogContent>
          <DialogActions>{buttons}</DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** A folder of the store, chosen by walking through it. */
function FolderPicker({ folder, onFolder }: { folder: string; onFolder: (path: string) => void }) {
  const [listing, setListing] = useState<Listing | null>(null);
  useEffect(() => {
    call<Listing>("GET", `/tree${at(folder)}`).then(setListing, () => setListing(null));
  }, [folder]);
  return (
    <Field label="Folder">
      <Input value={folder} onChange={(_, data) => onFolder(data.value)} />
      <div className="picker">
        {folder && <Link onClick={() => onFolder(parentOf(folder))}>..</Link>}
        {listing?.folders.map((f) => <Link key={f.path} onClick={() => onFolder(f.path)}>{f.name}</Link>)}
      </div>
    </Field>
  );
}

function Results({ answer }: { answer: BulkAnswer | null }) {
  if (answer === null) return null;
  return (
    <div aria-live="polite">
      <p>{Object.entries(answer.counts).map(([what, n]) => `${n} ${what}`).join(", ") || "no packages"}</p>
      <table className="grid">
        <tbody>
          {answer.results.slice(0, 200).map((r) => (
            <tr key={r.source + r.target}>
              <td>{r.outcome}</td><td>{r.source}</td><td>{r.target}</td>
              <td>{r.message && `${r.message} ${r.code}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Runs a bulk call, as a dry run or for real, and keeps what it answered. */
function useBulk(verb: string, touched: string[]) {
  const [answer, setAnswer] = useState<BulkAnswer | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (request: object, dry: boolean) => {
    setBusy(true);
    setProblem("");
    try {
      setAnswer(await call<BulkAnswer>("POST", `/packages/${verb}`, { ...request, dry_run: dry }));
      if (!dry) touched.forEach(changed);
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return { answer, problem, busy, run };
}

interface ButtonsProps {
  verb: string;
  ok: boolean;
  done: boolean;
  onRun: (dry: boolean) => void;
  onClose: () => void;
}

function Buttons({ verb, ok, done, onRun, onClose }: ButtonsProps) {
  return (
    <>
      <Button onClick={onClose}>{done ? "Close" : "Cancel"}</Button>
      <Button disabled={!ok} onClick={() => onRun(true)}>Dry run</Button>
      <Button appearance="primary" disabled={!ok} onClick={() => onRun(false)}>{verb}</Button>
    </>
  );
}

const EXISTING: [string, string][] = [
  ["fail", "Report it"], ["skip", "Keep the one that is there"], ["replace", "Replace it"], ["both", "Keep both"],
];

interface TransferProps {
  verb: "copy" | "move";
  path: string;
  name: string;
  single: boolean;
  onClose: () => void;
}

export function TransferDialog({ verb, path, name, single, onClose }: TransferProps) {
  const title = verb === "copy" ? "Copy" : "Move";
  const [target, setTarget] = useState(parentOf(path) || path);
  const [newName, setNewName] = useState(name);
  const [pattern, setPattern] = useState("*");
  const [existing, setExisting] = useState("fail");
  const [fresh, setFresh] = useState(false);
  const [secrets, setSecrets] = useState(NO_SECRETS);
  const { answer, problem, busy, run } = useBulk(verb, [target, parentOf(path), path]);
  const request = {
    paths: [path], target, existing, new_ids: fresh, ...body(secrets),
    ...(single ? (newName.trim() !== name ? { name: newName.trim() } : {}) : { pattern: pattern || "*" }),
  };
  const ok = !busy && target !== "" && ready(secrets) && (!single || newName.trim() !== "");
  return (
    <Frame
      title={`${title} ${name}`}
      problem={problem}
      onClose={onClose}
      buttons={<Buttons verb={title} ok={ok} done={answer !== null} onRun={(dry) => void run(request, dry)} onClose={onClose} />}
    >
      <FolderPicker folder={target} onFolder={setTarget} />
      {single ? (
        <Field label="Package name"><Input value={newName} onChange={(_, data) => setNewName(data.value)} /></Field>
      ) : (
        <Field label="Only packages whose name fits (* and ?)">
          <Input value={pattern} onChange={(_, data) => setPattern(data.value)} />
        </Field>
      )}
      <Field label="A package of that name is there">
        <Dropdown
          value={EXISTING.find(([key]) => key === existing)?.[1]}
          selectedOptions={[existing]}
          onOptionSelect={(_, data) => setExisting(data.optionValue ?? "fail")}
        >
          {EXISTING.map(([key, text]) => <Option value={key} key={key}>{text}</Option>)}
        </Dropdown>
      </Field>
      <ProtectionFields secrets={secrets} onSecrets={setSecrets} keep />
      <Checkbox label="New package ids" checked={fresh} onChange={(_, data) => setFresh(data.checked === true)} />
      <Results answer={answer} />
    </Frame>
  );
}

interface PlaceProps {
  path: string;
  name: string;
  onClose: () => void;
}

export function ProtectionDialog({ path, name, onClose }: PlaceProps) {
  const [secrets, setSecrets] = useState<Secrets>({ ...NO_SECRETS, level: 0 });
  const { answer, problem, busy, run } = useBulk("protect", [path, parentOf(path)]);
  const request = { paths: [path], ...body(secrets) };
  const ok = !busy && secrets.level !== null && ready(secrets);
  return (
    <Frame
      title={`Package Protection Level: ${name}`}
      problem={problem}
      onClose={onClose}
      buttons={<Buttons verb="OK" ok={ok} done={answer !== null} onRun={(dry) => void run(request, dry)} onClose={onClose} />}
    >
      <ProtectionFields secrets={secrets} onSecrets={setSecrets} keep={false} />
      <Results answer={answer} />
    </Frame>
  );
}

export function RemoveDialog({ path, name, onClose }: PlaceProps) {
  const [pattern, setPattern] = useState("*");
  const { answer, problem, busy, run } = useBulk("remove", [path]);
  const request = { paths: [path], pattern: pattern || "*" };
  return (
    <Frame
      title={`Remove packages below ${name}`}
      problem={problem}
      onClose={onClose}
      buttons={<Buttons verb="Remove" ok={!busy} done={answer !== null} onRun={(dry) => void run(request, dry)} onClose={onClose} />}
    >
      <Field label="Only packages whose name fits (* and ?)">
        <Input value={pattern} onChange={(_, data) => setPattern(data.value)} />
      </Field>
      <Results answer={answer} />
    </Frame>
  );
}

/** Package Roles (SERVICE §10.6); the same for a folder, whose roles count for what is below it. */
export function RolesDialog({ path, name, folder, onClose }: PlaceProps & { folder: boolean }) {
  const url = `/${folder ? "folders" : "packages"}/roles${at(path)}`;
  const [found, setFound] = useState<RolesAnswer | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    call<RolesAnswer>("GET", url).then(setFound, (error) => setProblem(problemOf(error)));
  }, [url]);
  const save = async () => {
    if (!found) return;
    try {
      await call("PUT", url, { reader: found.reader, writer: found.writer });
      changed(path);
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const choice = (label: string, key: "reader" | "writer") =>
    found && (
      <Field label={label}>
        <Dropdown
          value={found[key] || (folder ? "None" : "Default")}
          selectedOptions={[found[key]]}
          onOptionSelect={(_, data) => setFound({ ...found, [key]: data.optionValue ?? "" })}
        >
          <Option value="">{folder ? "None" : "Default"}</Option>
          {found.roles.map((role) => <Option value={role} key={role}>{role}</Option>)}
        </Dropdown>
      </Field>
    );
  return (
    <Frame
      title={folder ? "Folder Roles" : "Package Roles"}
      problem={problem}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button appearance="primary" disabled={!found} onClick={() => void save()}>OK</Button>
        </>
      }
    >
      <Field label={folder ? "Folder Name" : "Package Name"}><Input value={name} readOnly /></Field>
      {choice("Reader Role", "reader")}
      {choice("Writer Role", "writer")}
    </Frame>
  );
}
