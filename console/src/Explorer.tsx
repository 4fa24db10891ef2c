/** The tree of Object Explorer: Running Packages, and Stored Packages with its roots, folders and packages. */
import {
  Menu, MenuDivider, MenuItem, MenuList, MenuPopover, MenuTrigger, Tree, TreeItem, TreeItemLayout,
} from "@fluentui/react-components";
import {
  BoxRegular, DatabaseRegular, FolderRegular, PlayCircleRegular, ServerRegular, WarningRegular,
} from "@fluentui/react-icons";
import { useCallback, useEffect, useState, type KeyboardEvent, type ReactNode } from "react";
import { useActions, type Actions } from "./actions";
import { ApiError, at, call, type Execution, type Listing } from "./api";
import { changed, useChanges } from "./changes";
import { ConfirmDialog, ImportDialog, NameDialog, SaveCopyDialog } from "./dialogs";
import { ExecuteDialog } from "./ExecuteDialog";
import { go } from "./route";
import { useRunning } from "./running";
import { ProtectionDialog, RemoveDialog, RolesDialog, TransferDialog } from "./storeDialogs";

type Ask = (dialog: ReactNode) => void;

export function Explorer({ server, toaster }: { server: string; toaster: string }) {
  const actions = useActions(toaster);
  const [dialog, ask] = useState<ReactNode>(null);
  const runningNow = useRunning();
  return (
    <>
      <Tree aria-label="Object Explorer" defaultOpenItems={["server", "running", "stored"]}>
        <TreeItem itemType="branch" value="server">
          <TreeItemLayout iconBefore={<ServerRegular />}>{server}</TreeItemLayout>
          <Tree>
            <RunningNode executions={runningNow} actions={actions} />
            <FolderNode path="" name="Stored Packages" value="stored" root actions={actions} ask={ask} open />
          </Tree>
        </TreeItem>
      </Tree>
      {dialog}
    </>
  );
}

function RunningNode({ executions, actions }: { executions: Execution[]; actions: Actions }) {
  return (
    <TreeItem itemType="branch" value="running" onKeyDown={onKeys(() => go("running"))}>
      <Context items={[["Refresh", () => changed("running")]]}>
        <TreeItemLayout iconBefore={<PlayCircleRegular />} onClick={() => go("running")}>
          Running Packages
        </TreeItemLayout>
      </Context>
      <Tree>
        {executions.map((e) => (
          <TreeItem itemType="leaf" value={e.id} key={e.id} onKeyDown={onKeys(() => go("execution", e.id))}>
            <Context items={[["Stop", () => void actions.stop(e.id)], ["Refresh", () => changed("running")]]}>
              <TreeItemLayout iconBefore={<BoxRegular />} onClick={() => go("execution", e.id)}>
                {e.package_name}
              </TreeItemLayout>
            </Context>
          </TreeItem>
        ))}
      </Tree>
    </TreeItem>
  );
}

interface FolderProps {
  path: string;
  name: string;
  value: string;
  root?: boolean;
  top?: boolean;
  store?: string;
  open?: boolean;
  actions: Actions;
  ask: Ask;
}

function FolderNode({ path, name, value, root, top, store, open, actions, ask }: FolderProps) {
  const [listing, setListing] = useState<Listing | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback(() => {
    call<Listing>("GET", `/tree${at(path)}`).then(
      (found) => { setListing(found); setProblem(""); },
      (error) => setProblem(error instanceof ApiError ? error.problem.detail : String(error)),
    );
  }, [path]);
  useChanges(path, load);
  const [expanded, setExpanded] = useState(open ?? false);
  useEffect(() => { if (expanded) load(); }, [expanded, load]);
  const items: MenuEntry[] = root ? [["Refresh", load]] : folderMenu(path, name, top ?? false, actions, ask, load);
  const icon = problem ? <WarningRegular /> : store === "SqlServerFolder" ? <DatabaseRegular /> : <FolderRegular />;
  return (
    <TreeItem
      itemType="branch" value={value} open={expanded} onOpenChange={(_, data) => setExpanded(data.open)}
      onKeyDown={onKeys(() => go("folder", path))}
    >
      <Context items={items}>
        <TreeItemLayout iconBefore={icon} onClick={() => go("folder", path)} title={problem || undefined}>
          {name}
        </TreeItemLayout>
      </Context>
      <Tree>
        {listing?.folders.map((f) => (
          <FolderNode key={f.path} path={f.path} name={f.name} value={f.path} top={root} store={f.store} actions={actions} ask={ask} />
        ))}
        {listing?.packages.map((p) => (
          <TreeItem itemType="leaf" value={`${p.path}.dtsx`} key={p.path} onKeyDown={onKeys(() => go("package", p.path))}>
            <Context items={packageMenu(p.path, p.name, actions, ask, load)}>
              <TreeItemLayout iconBefore={<BoxRegular />} onClick={() => go("package", p.path)}>
                {p.name}
              </TreeItemLayout>
            </Context>
          </TreeItem>
        ))}
      </Tree>
    </TreeItem>
  );
}

/** Enter shows a node's page, the menu key (or Shift+F10) its menu, as the mouse does. */
const onKeys = (open: () => void) => (event: KeyboardEvent<HTMLElement>) => {
  if (event.target !== event.currentTarget) return; // of a node below
  if (event.key === "Enter") open();
  if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
  const row = event.currentTarget.querySelector(".fui-TreeItemLayout");
  if (row === null) return;
  event.preventDefault();
  const { left, bottom } = row.getBoundingClientRect();
  row.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left + 40, clientY: bottom }));
};

type MenuEntry = [string, () => void] | null;

function folderMenu(path: string, name: string, top: boolean, actions: Actions, ask: Ask, load: () => void): MenuEntry[] {
  const done = () => ask(null);
  const own: MenuEntry[] = top
    ? []
    : [
        ["Rename…", () => ask(<NameDialog title="Rename" initial={name} onClose={done} onName={(n) => void actions.renameFolder(path, n)} />)],
        ["Delete", () => ask(<ConfirmDialog title="Delete" text={`Delete the folder ${name}?`} onClose={done} onYes={() => void actions.removeFolder(path)} />)],
      ];
  return [
    ["New Folder…", () => ask(<NameDialog title="New Folder" onClose={done} onName={(n) => void actions.createFolder(path, n)} />)],
    ["Import Package…", () => ask(<ImportDialog folder={path} onClose={done} onImport={(n, f, o, s) => void actions.importPackage(path, n, f, o, s)} />)],
    ...own,
    null,
    ["Copy Packages…", () => ask(<TransferDialog verb="copy" path={path} name={name} single={false} onClose={done} />)],
    ["Move Packages…", () => ask(<TransferDialog verb="move" path={path} name={name} single={false} onClose={done} />)],
    ["Remove Packages…", () => ask(<RemoveDialog path={path} name={name} onClose={done} />)],
    ["Protection Level…", () => ask(<ProtectionDialog path={path} name={name} onClose={done} />)],
    ["Folder Roles…", () => ask(<RolesDialog folder path={path} name={name} onClose={done} />)],
    null,
    ["Refresh", load],
  ];
}

function packageMenu(path: string, name: string, actions: Actions, ask: Ask, load: () => void): MenuEntry[] {
  const done = () => ask(null);
  const confirm = () =>
    ask(<ConfirmDialog title="Delete" text={`Delete the package ${name}?`} onClose={() => ask(null)} onYes={() => void actions.remove(path)} />);
  return [
    ["Run Package", () => void actions.run(path)],
    ["Execute Package Utility…", () => ask(<ExecuteDialog path={path} name={name} onClose={done} onRun={(s) => void actions.run(path, s)} />)],
    ["Export Package", () => actions.exportPackage(path)],
    ["Save Copy…", () => ask(<SaveCopyDialog name={name} onClose={done} onSave={(f, s) => void actions.saveCopy(path, f, s)} />)],
    ["Copy…", () => ask(<TransferDialog verb="copy" path={path} name={name} single onClose={done} />)],
    ["Move…", () => ask(<TransferDialog verb="move" path={path} name={name} single onClose={done} />)],
    ["Protection Level…", () => ask(<ProtectionDialog path={path} name={name} onClose={done} />)],
    ["Package Roles…", () => ask(<RolesDialog folder={false} path={path} name={name} onClose={done} />)],
    ["Delete", confirm],
    null,
    ["Refresh", load],
  ];
}

function Context({ items, children }: { items: MenuEntry[]; children: React.ReactElement }) {
  return (
    <Menu openOnContext>
      <MenuTrigger disableButtonEnhancement>{children}</MenuTrigger>
      <MenuPopover>
        <MenuList>
          {items.map((item, i) =>
            item === null ? <MenuDivider key={i} /> : <MenuItem key={item[0]} onClick={item[1]}>{item[0]}</MenuItem>,
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
