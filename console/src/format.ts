/** How times, durations and codes are shown. */

export const clock = (seconds: number | null): string =>
  seconds === null ? "" : new Date(seconds * 1000).toLocaleString();

export const time = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour12: false }) +
  "." +
  String(Math.floor((seconds * 1000) % 1000)).padStart(3, "0");

export function elapsed(from: number | null, to: number | null): string {
  if (from === null) return "";
  const total = Math.max(0, (to ?? Date.now() / 1000) - from);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = (total % 60).toFixed(1).padStart(4, "0");
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}:${rest}`;
}

export const hresult = (code: number): string =>
  code === 0 ? "" : "0x" + (code >>> 0).toString(16).toUpperCase().padStart(8, "0");

export const bytes = (size: number): string =>
  size < 1024 ? `${size} B` : size < 1048576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1048576).toFixed(1)} MB`;

export const count = (n: number): string => n.toLocaleString();

export const LEVELS = [
  "DontSaveSensitive", "EncryptSensitiveWithUserKey", "EncryptSensitiveWithPassword",
  "EncryptAllWithPassword", "EncryptAllWithUserKey", "ServerStorage",
];
