import { Link, Spinner, Toaster, useId } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";
import { AccessPage } from "./AccessPage";
import { AccountPage } from "./AccountPage";
import { ApiError, call, SIGNED_OUT, signals, type Session } from "./api";
import { AlertsPage } from "./AlertsPage";
import { AuditPage } from "./AuditPage";
import { Explorer } from "./Explorer";
import { ExecutionPage } from "./ExecutionPage";
import { FolderPage } from "./FolderPage";
import { LogPage } from "./LogPage";
import { PackagePage } from "./PackagePage";
import { RunningPage } from "./RunningPage";
import { SchedulesPage } from "./SchedulesPage";
import { SignIn } from "./SignIn";
import { useRoute } from "./route";

const PAGES = ["execution", "package", "folder", "schedules", "alerts", "log", "access", "audit", "account", "running"];

export function App() {
  const toaster = useId("toaster");
  const route = useRoute();
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const refresh = useCallback(() => {
    call<Session>("GET", "/session").then(setSession, (error) => {
      if (error instanceof ApiError && error.problem.status === 401) setSession(null);
      else setTimeout(refresh, 2000);
    });
  }, []);
  useEffect(refresh, [refresh]);
  useEffect(() => {
    signals.addEventListener(SIGNED_OUT, refresh);
    return () => signals.removeEventListener(SIGNED_OUT, refresh);
  }, [refresh]);
  if (session === undefined) return <Spinner label="Connecting to the service" />;
  if (session === null) return <SignIn onSignedIn={setSession} />;
  return (
    <>
      <header className="bar">
        <strong>dtserve</strong>
        <span>
          {session.server} (Integration Services {session.version} - {session.user})
        </span>
        <span className="who">
          {session.may["packages.schedule"] && <><Link href="#/schedules">Schedules</Link>{" · "}</>}
          {session.may["alerts.manage"] && <><Link href="#/alerts">Alerts</Link>{" · "}</>}
          {session.may["access.manage"] && <><Link href="#/access">Users and roles</Link>{" · "}</>}
          {session.may["audit.view"] && <><Link href="#/audit">Audit</Link>{" · "}</>}
          {session.may["events.view"] && <><Link href="#/log">View Logs</Link>{" · "}</>}
          <Link href="#/account">{session.user}</Link>{" · "}
          <Link onClick={() => call("DELETE", "/session").finally(() => setSession(null))}>Disconnect</Link>
        </span>
      </header>
      <div className="body">
        <nav className="side" aria-label="Object Explorer">
          <Explorer server={session.server} toaster={toaster} />
        </nav>
        <main className="page">
          {route.page === "execution" && <ExecutionPage id={route.rest} key={route.rest} toaster={toaster} />}
          {route.page === "package" && <PackagePage path={route.rest} key={route.rest} toaster={toaster} />}
          {route.page === "folder" && <FolderPage path={route.rest} key={route.rest} />}
          {route.page === "schedules" && <SchedulesPage />}
          {route.page === "alerts" && <AlertsPage />}
          {route.page === "log" && <LogPage />}
          {route.page === "access" && <AccessPage />}
          {route.page === "audit" && <AuditPage />}
          {route.page === "account" && <AccountPage session={session} onSignedOut={() => setSession(null)} />}
          {(route.page === "running" || !PAGES.includes(route.page)) && <RunningPage />}
        </main>
      </div>
      <Toaster toasterId={toaster} position="bottom-end" />
    </>
  );
}
