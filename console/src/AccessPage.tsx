/** Users and roles: accounts, and who was granted what. For administrators. */
import { Button, Field, Input, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { call, told } from "./api";
import { clock } from "./format";

interface Account {
  name: string;
  disabled: boolean;
  has_password: boolean;
  created: number;
}

interface Grant {
  principal: string;
  role: string;
  granted: number;
  granted_by: string;
}

interface Role {
  role: string;
  kind: string;
  description: string;
}

type Work = (work: () => Promise<unknown>) => void;

export function AccessPage() {
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [grants, setGrants] = useState<Grant[]>([]);
  const [roles, setRoles] = useState<Role[]>([]);
  const [problem, setProblem] = useState("");
  const load = useCallback(async () => {
    setAccounts((await call<{ accounts: Account[] }>("GET", "/accounts")).accounts);
    setGrants((await call<{ grants: Grant[] }>("GET", "/access/grants")).grants);
    setRoles((await call<{ roles: Role[] }>("GET", "/access/roles")).roles);
  }, []);
  const work: Work = useCallback(
    (change) => {
      setProblem("");
      change().then(load).catch((error) => setProblem(told(error)));
    },
    [load],
  );
  useEffect(() => work(() => Promise.resolve()), [work]);
  return (
    <>
      <h1>Users and roles</h1>
      {problem && (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      <h2>Accounts</h2>
      <Accounts accounts={accounts} work={work} />
      <h2>Granted</h2>
      <Grants grants={grants} roles={roles} work={work} />
    </>
  );
}

function Accounts({ accounts, work }: { accounts: Account[]; work: Work }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const at = (account: Account) => `/accounts/${encodeURIComponent(account.name)}`;
  return (
    <>
      <table className="grid" data-testid="accounts">
        <thead><tr><th>Name</th><th>Signs in with</th><th>Made</th><th /></tr></thead>
        <tbody>
          {accounts.map((a) => (
            <tr key={a.name}>
              <td>{a.name}</td>
              <td>{a.disabled ? "disabled" : a.has_password ? "password, tokens" : "tokens"}</td>
              <td>{clock(a.created)}</td>
              <td className="number">
                <Button size="small" onClick={() => work(() => call("PATCH", at(a), { disabled: !a.disabled }))}>
                  {a.disabled ? "Enable" : "Disable"}
                </Button>{" "}
                <Button size="small" onClick={() => window.confirm(`Remove ${a.name}?`) && work(() => call("DELETE", at(a)))}>
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <form
        className="tools"
        onSubmit={(event) => {
          event.preventDefault();
          work(async () => {
            await call("POST", "/accounts", { name, password: password || null });
            setName("");
            setPassword("");
          });
        }}
      >
        <Field label="New account"><Input value={name} onChange={(_, data) => setName(data.value)} /></Field>
        <Field label="Its password">
          <Input type="password" autoComplete="new-password" value={password} onChange={(_, data) => setPassword(data.value)} />
        </Field>
        <Button type="submit" disabled={!name}>Add account</Button>
      </form>
    </>
  );
}

function Grants({ grants, roles, work }: { grants: Grant[]; roles: Role[]; work: Work }) {
  const [principal, setPrincipal] = useState("");
  const [role, setRole] = useState("activate");
  return (
    <>
      <table className="grid" data-testid="grants">
        <thead><tr><th>To</th><th>Right or role</th><th>By</th><th>Since</th><th /></tr></thead>
        <tbody>
          {grants.map((g) => (
            <tr key={`${g.principal}\n${g.role}`}>
              <td>{g.principal}</td><td>{g.role}</td><td>{g.granted_by}</td><td>{clock(g.granted)}</td>
              <td className="number">
                <Button
                  size="small"
                  aria-label={`Revoke ${g.role} of ${g.principal}`}
                  onClick={() => {
                    const query = new URLSearchParams({ principal: g.principal, role: g.role });
                    work(() => call("DELETE", `/access/grants?${query}`));
                  }}
                >
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <form
        className="tools"
        onSubmit={(event) => {
          event.preventDefault();
          work(() => call("POST", "/access/grants", { principal, role }));
        }}
      >
        <Field label="Grant to" hint="An account, os:…, osgroup:…, oidc:…, oidcgroup:… or cert:…">
          <Input value={principal} onChange={(_, data) => setPrincipal(data.value)} />
        </Field>
        <Field label="Role" hint={roles.find((r) => r.role === role)?.description}>
          <Select value={role} onChange={(_, data) => setRole(data.value)}>
            {roles.map((r) => <option key={r.role} value={r.role}>{r.role}</option>)}
          </Select>
        </Field>
        <Button type="submit" disabled={!principal}>Grant</Button>
      </form>
    </>
  );
}
