/** Who am I: name, roles, what they allow; and the password of an account. */
import { Button, Field, Input, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useState } from "react";
import { call, told, type Session } from "./api";

export function AccountPage({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState("");
  const submit = () =>
    call("PUT", "/session/password", { current, new: next }).then(onSignedOut, (error) => setProblem(told(error)));
  return (
    <>
      <h1>{session.user}</h1>
      <dl className="facts" data-testid="whoami">
        <dt>Known by</dt><dd>{session.kind}</dd>
        <dt>Server</dt><dd>{session.server}</dd>
        <dt>Rights and roles</dt><dd>{session.roles.join(", ") || "none"}</dd>
        <dt>May</dt>
        <dd>{Object.entries(session.may).map(([action, scope]) => `${action} (${scope})`).join(", ")}</dd>
      </dl>
      {session.kind === "account" && (
        <>
          <h2>Change the password</h2>
          <form
            className="tools"
            onSubmit={(event) => {
              event.preventDefault();
              void submit();
            }}
          >
            <Field label="Current password">
              <Input type="password" autoComplete="current-password" value={current} onChange={(_, data) => setCurrent(data.value)} />
            </Field>
            <Field label="New password">
              <Input type="password" autoComplete="new-password" value={next} onChange={(_, data) => setNext(data.value)} />
            </Field>
            <Button type="submit" disabled={!current || !next}>Change</Button>
          </form>
          {problem && (
            <MessageBar intent="error">
              <MessageBarBody>{problem}</MessageBarBody>
            </MessageBar>
          )}
        </>
      )}
    </>
  );
}
