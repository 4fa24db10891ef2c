import { Button, Field, Input, MessageBar, MessageBarBody, Tab, TabList } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { call, told, type Session } from "./api";

interface Methods {
  token: boolean;
  password: boolean;
  openid: string | null;
}

export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [method, setMethod] = useState("token");
  const [token, setToken] = useState("");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [openid, setOpenid] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    call<Methods>("GET", "/session/methods").then((found) => setOpenid(found.openid), () => undefined);
  }, []);
  const ready = method === "token" ? token !== "" : user !== "" && password !== "";
  const submit = () =>
    call<Session>("POST", "/session", method === "token" ? { token } : { user, password }).then(onSignedIn, (error) =>
      setProblem(told(error)),
    );
  return (
    <form
      className="signin"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>Connect to Integration Services</h1>
      <TabList selectedValue={method} onTabSelect={(_, data) => setMethod(String(data.value))}>
        <Tab value="token">Token</Tab>
        <Tab value="password">Account</Tab>
      </TabList>
      {method === "token" ? (
        <Field
          key="token"
          label="Token"
          hint="The first start of the service wrote the administrator's token to a file that only its owner can read."
        >
          <Input type="password" value={token} onChange={(_, data) => setToken(data.value)} autoFocus />
        </Field>
      ) : (
        <>
          <Field label="User name">
            <Input value={user} autoComplete="username" onChange={(_, data) => setUser(data.value)} autoFocus />
          </Field>
          <Field label="Password">
            <Input
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(_, data) => setPassword(data.value)}
            />
          </Field>
        </>
      )}
      {problem && (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      <Button appearance="primary" type="submit" disabled={!ready}>
        Connect
      </Button>
      {openid && (
        <Button onClick={() => window.location.assign("/api/session/openid")}>Sign in with {new URL(openid).host}</Button>
      )}
    </form>
  );
}
