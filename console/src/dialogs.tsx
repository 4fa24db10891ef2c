/** New Folder, Rename, Import Package, Save Copy and the question before a deletion. */
import {
  Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input,
} from "@fluentui/react-components";
import { useState, type ReactNode } from "react";
import { NO_SECRETS, ProtectionFields, ready, type Secrets } from "./protection";

interface FrameProps {
  title: string;
  ok: string;
  ready: boolean;
  onOk: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function Frame({ title, ok, ready, onOk, onClose, children }: FrameProps) {
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onOk();
            onClose();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>{children}</DialogContent>
            <DialogActions>
              <Button onClick={onClose}>Cancel</Button>
              <Button appearance="primary" type="submit" disabled={!ready}>{ok}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

interface NameProps {
  title: string;
  initial?: string;
  onName: (name: string) => void;
  onClose: () => void;
}

export function NameDialog({ title, initial = "", onName, onClose }: NameProps) {
  const [name, setName] = useState(initial);
  return (
    <Frame title={title} ok="OK" ready={name.trim() !== ""} onOk={() => onName(name.trim())} onClose={onClose}>
      <Field label="Name">
        <Input value={name} onChange={(_, data) => setName(data.value)} autoFocus />
      </Field>
    </Frame>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  onYes: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, text, onYes, onClose }: ConfirmProps) {
  return (
    <Frame title={title} ok="Delete" ready onOk={onYes} onClose={onClose}>
      {text}
    </Frame>
  );
}

interface ImportProps {
  folder: string;
  onImport: (name: string, file: File, overwrite: boolean, secrets: Secrets) => void;
  onClose: () => void;
}

export function ImportDialog({ folder, onImport, onClose }: ImportProps) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [overwrite, setOverwrite] = useState(false);
  const [secrets, setSecrets] = useState(NO_SECRETS);
  const pick = (picked: File | undefined) => {
    setFile(picked ?? null);
    if (picked) setName(picked.name.replace(/\.dtsx$/i, ""));
  };
  return (
    <Frame
      title={`Import Package into ${folder}`}
      ok="Import"
      ready={file !== null && name.trim() !== "" && ready(secrets)}
      onOk={() => file && onImport(name.trim(), file, overwrite, secrets)}
      onClose={onClose}
    >
      <Field label="Package file">
        <input type="file" accept=".dtsx" onChange={(event) => pick(event.target.files?.[0])} />
      </Field>
      <Field label="Package name">
        <Input value={name} onChange={(_, data) => setName(data.value)} />
      </Field>
      <ProtectionFields secrets={secrets} onSecrets={setSecrets} keep />
      <Checkbox label="Overwrite an existing package" checked={overwrite} onChange={(_, data) => setOverwrite(data.checked === true)} />
    </Frame>
  );
}

interface SaveCopyProps {
  name: string;
  onSave: (name: string, secrets: Secrets) => void;
  onClose: () => void;
}

/** Save Copy of Package: a file of this computer, with the protection level that is chosen (SERVICE §10). */
export function SaveCopyDialog({ name, onSave, onClose }: SaveCopyProps) {
  const [fileName, setFileName] = useState(`${name}.dtsx`);
  const [secrets, setSecrets] = useState(NO_SECRETS);
  return (
    <Frame
      title={`Save Copy of ${name}`}
      ok="Save"
      ready={fileName.trim() !== "" && ready(secrets)}
      onOk={() => onSave(fileName.trim(), secrets)}
      onClose={onClose}
    >
      <Field label="File name">
        <Input value={fileName} onChange={(_, data) => setFileName(data.value)} />
      </Field>
      <ProtectionFields secrets={secrets} onSecrets={setSecrets} keep />
    </Frame>
  );
}
