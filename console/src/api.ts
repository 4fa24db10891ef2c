/** The service's REST API: types and calls. Errors are Problem objects (RFC 9457). */

export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  symbol: string;
  remedy: string;
}

export interface Session {
  user: string;
  kind: string;
  may: Record<string, string>;
  roles: string[];
  server: string;
  version: string;
}

export interface FolderNode {
  name: string;
  path: string;
  kind: "root" | "folder";
  store: string;
  problem?: string;
}

export interface PackageNode {
  name: string;
  path: string;
  size: number;
  modified: number;
  created: number;
  description: string;
  package_id: string;
  version_id: string;
  version: string;
  package_format: number;
  protection_level: number;
  revision: string;
}

export interface Listing {
  path: string;
  folders: FolderNode[];
  packages: PackageNode[];
}

export interface PathRows {
  path: string;
  component: string;
  target: string;
  rows: number;
}

export interface Execution {
  number: number;
  id: string;
  package_path: string;
  package_name: string;
  package_description: string;
  user: string;
  state: string;
  created: number;
  started: number | null;
  ended: number | null;
  exit_code: number | null;
  reason: string;
  options: { validate_only?: boolean; set?: string[]; parameters?: Record<string, string> };
  errors: number;
  warnings: number;
  last_event: number;
  paths?: PathRows[];
}

export interface RunEvent {
  sequence: number;
  time: number;
  kind: string;
  source: string;
  source_path: string;
  subcomponent: string;
  code: number;
  message: string;
  percent: number;
  result: number | null;
}

export interface LogEntry {
  number: number;
  time: number;
  event_id: number;
  symbol: string;
  severity: string;
  message: string;
}

export interface VersionNode {
  version: number;
  time: number;
  who: string;
  why: string;
  size: number;
  deleted: boolean;
}

export interface BulkAnswer {
  dry_run: boolean;
  counts: Record<string, number>;
  results: { source: string; target: string; outcome: string; code: string; message: string }[];
}

export interface RolesAnswer {
  reader: string;
  writer: string;
  roles: string[];
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Where the pages are told that the session is over: the service was started again, or the time is up. */
export const signals = new EventTarget();
export const SIGNED_OUT = "signed out";

/** A stream of the service; when the service does not take it any more, the session is looked at. */
export function stream(path: string): EventSource {
  const source = new EventSource(`/api${path}`);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) signals.dispatchEvent(new Event(SIGNED_OUT));
  });
  return source;
}

/** What an error tells the user. */
export const told = (error: unknown): string =>
  error instanceof ApiError ? `${error.problem.detail} ${error.problem.remedy}` : "The service does not answer.";

export async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await send(method, path, body, headers);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The bytes that the service answers with. */
export async function download(path: string, headers: Record<string, string>): Promise<Blob> {
  return (await send("GET", path, undefined, headers)).blob();
}

async function send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const raw = body instanceof Blob;
  const response = await fetch(`/api${path}`, {
    method,
    headers: {
      ...headers,
      "X-Dtserve": "console",
      ...(body === undefined ? {} : { "Content-Type": raw ? "application/octet-stream" : "application/json" }),
    },
    body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
  });
  if (!response.ok) {
    if (response.status === 401 && path !== "/session") signals.dispatchEvent(new Event(SIGNED_OUT));
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    throw new ApiError({
      title: problem.title ?? response.statusText,
      status: response.status,
      detail: problem.detail ?? "The service did not answer as expected.",
      code: problem.code ?? "",
      symbol: problem.symbol ?? "",
      remedy: problem.remedy ?? "",
    });
  }
  return response;
}

export const at = (path: string): string => `?path=${encodeURIComponent(path)}`;

export const running = (state: string): boolean => ["queued", "starting", "running", "stopping"].includes(state);
