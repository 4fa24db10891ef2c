/** A small signal between pages and tree: something changed below a folder (or in the running packages). */
import { useEffect } from "react";

const target = new EventTarget();

export const changed = (path: string): void => {
  target.dispatchEvent(new CustomEvent("changed", { detail: path }));
};

export function useChanges(path: string, then: () => void): void {
  useEffect(() => {
    const listen = (event: Event) => {
      if ((event as CustomEvent<string>).detail === path) then();
    };
    target.addEventListener("changed", listen);
    return () => target.removeEventListener("changed", listen);
  }, [path, then]);
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("\\"));
