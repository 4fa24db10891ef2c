/** What can be done with a node; used by the tree's context menus and by the pages. */
import { Toast, ToastBody, ToastTitle, useToastController } from "@fluentui/react-components";
import { ApiError, at, call, download, type Execution } from "./api";
import { changed, parentOf } from "./changes";
import { headers, type Secrets } from "./protection";
import { go } from "./route";

export function useActions(toaster: string) {
  const { dispatchToast } = useToastController(toaster);

  const tell = (title: string, body: string, intent: "error" | "success") =>
    dispatchToast(
      <Toast>
        <ToastTitle>{title}</ToastTitle>
        <ToastBody>{body}</ToastBody>
      </Toast>,
      { intent, timeout: intent === "error" ? 10000 : 4000 },
    );

  const attempt = async <T,>(title: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError) {
        const { detail, remedy, code } = error.problem;
        tell(title, `${detail} ${remedy} ${code}`.trim(), "error");
      } else tell(title, String(error), "error");
      return undefined;
    }
  };

  return {
    attempt,
    run: (path: string, asked: object = {}) =>
      attempt("Run Package", async () => {
        const started = await call<Execution>("POST", "/executions", { package: path, ...asked });
        changed("running");
        go("execution", started.id);
      }),
    stop: (id: string) =>
      attempt("Stop", async () => {
        await call("POST", `/executions/${id}/stop`);
        tell("Stop", "The package was asked to stop.", "success");
      }),
    remove: (path: string) =>
      attempt("Delete", async () => {
        await call("DELETE", `/packages${at(path)}`);
        changed(parentOf(path));
        go("folder", parentOf(path));
      }),
    removeFolder: (path: string) =>
      attempt("Delete", async () => {
        await call("DELETE", `/folders${at(path)}`);
        changed(parentOf(path));
        go("folder", parentOf(path));
      }),
    renameFolder: (path: string, name: string) =>
      attempt("Rename", async () => {
        await call("PATCH", `/folders${at(path)}`, { name });
        changed(parentOf(path));
      }),
    createFolder: (parent: string, name: string) =>
      attempt("New Folder", async () => {
        await call("POST", "/folders", { path: `${parent}\\${name}` });
        changed(parent);
      }),
    importPackage: (folder: string, name: string, file: File, overwrite: boolean, secrets: Secrets) =>
      attempt("Import Package", async () => {
        const path = `${folder}\\${name}`;
        await call("PUT", `/packages/content${at(path)}&overwrite=${overwrite}`, file as Blob, headers(secrets));
        changed(folder);
        go("package", path);
        tell("Import Package", `${name} was imported.`, "success");
      }),
    saveCopy: (path: string, fileName: string, secrets: Secrets) =>
      attempt("Save Copy", async () => {
        const address = URL.createObjectURL(await download(`/packages/content${at(path)}`, headers(secrets)));
        const link = document.createElement("a");
        link.href = address;
        link.download = fileName;
        link.click();
        setTimeout(() => URL.revokeObjectURL(address), 60_000);
      }),
    exportPackage: (path: string) => {
      const link = document.createElement("a");
      link.href = `/api/packages/content${at(path)}`;
      link.download = `${path.slice(path.lastIndexOf("\\") + 1)}.dtsx`;
      link.click();
    },
  };
}

export type Actions = ReturnType<typeof useActions>;
