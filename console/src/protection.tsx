/** Package Protection Level with its passwords, as the dialogs of import, export, copy and protection ask for them (SERVICE §10.5). */
import { Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { LEVELS } from "./format";

export interface Secrets {
  level: number | null;
  password: string;
  fresh: string;
  again: string;
}

export const NO_SECRETS: Secrets = { level: null, password: "", fresh: "", again: "" };
const needsPassword = (level: number | null): boolean => level === 2 || level === 3;
export const ready = (s: Secrets): boolean => !needsPassword(s.level) || (s.fresh !== "" && s.fresh === s.again);
export const body = (s: Secrets) => ({
  ...(s.level === null ? {} : { level: s.level }),
  ...(s.password ? { password: s.password } : {}),
  ...(needsPassword(s.level) ? { new_password: s.fresh } : {}),
});

/** Package Protection Level: the list, and password and its retyping for the password levels (SERVICE §10.5). */
export function ProtectionFields({ secrets, onSecrets, keep }: { secrets: Secrets; onSecrets: (s: Secrets) => void; keep: boolean }) {
  const set = (change: Partial<Secrets>) => onSecrets({ ...secrets, ...change });
  const shown = secrets.level === null ? "Keep the protection level" : LEVELS[secrets.level];
  return (
    <>
      <Field label="Package protection level">
        <Dropdown
          value={shown}
          selectedOptions={[String(secrets.level ?? "")]}
          onOptionSelect={(_, data) => set({ level: data.optionValue ? Number(data.optionValue) : null })}
        >
          {keep && <Option value="">Keep the protection level</Option>}
          {LEVELS.map((name, level) => <Option value={String(level)} key={name}>{name}</Option>)}
        </Dropdown>
      </Field>
      {needsPassword(secrets.level) && (
        <>
          <Field label="Password">
            <Input type="password" value={secrets.fresh} onChange={(_, data) => set({ fresh: data.value })} />
          </Field>
          <Field
            label="Retype password"
            validationState={secrets.again && secrets.again !== secrets.fresh ? "error" : "none"}
            validationMessage={secrets.again && secrets.again !== secrets.fresh ? "The passwords are not the same." : ""}
          >
            <Input type="password" value={secrets.again} onChange={(_, data) => set({ again: data.value })} />
          </Field>
        </>
      )}
      <Field label="Password that opens encrypted packages">
        <Input type="password" value={secrets.password} onChange={(_, data) => set({ password: data.value })} />
      </Field>
    </>
  );
}

/** The same for imports and exports, whose bodies are the packages themselves. */
export const headers = (s: Secrets): Record<string, string> => ({
  ...(s.level === null ? {} : { "Package-Level": String(s.level) }),
  ...(s.password ? { "Package-Password": encodeURIComponent(s.password) } : {}),
  ...(needsPassword(s.level) ? { "Package-New-Password": encodeURIComponent(s.fresh) } : {}),
});
