/** The page is named by the address's hash: #/package/\MSDB\Load, #/execution/<id>, #/running, #/schedules, #/alerts, #/log, #/access, #/audit, #/account. */
import { useSyncExternalStore } from "react";

const subscribe = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
};

export function useRoute(): { page: string; rest: string } {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const [, page = "", ...rest] = hash.split("/");
  try {
    return { page, rest: decodeURIComponent(rest.join("/")) };
  } catch {
    return { page: "", rest: "" }; // an address that somebody typed, with a % that means nothing
  }
}

export const go = (page: string, rest = ""): void => {
  window.location.hash = `#/${page}/${encodeURIComponent(rest)}`;
};
