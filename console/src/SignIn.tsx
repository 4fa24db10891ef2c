import { Button, Field, Input, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useState } from "react";
import { ApiError, call, type Session } from "./api";

export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  const submit = () =>
    call<Session>("POST", "/session", { token }).then(onSignedIn, (error) =>
      setProblem(error instanceof ApiError ? `${error.problem.detail} ${error.problem.remedy}` : "The service does not answer."),
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
      <Field label="Token" hint="The first start of the service wrote the administrator's token to a file that only its owner can read.">
        <Input type="password" value={token} onChange={(_, data) => setToken(data.value)} autoFocus />
      </Field>
      {problem && (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      <Button appearance="primary" type="submit" disabled={!token}>
        Connect
      </Button>
    </form>
  );
}
