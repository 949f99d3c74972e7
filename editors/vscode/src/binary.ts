import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Binary {
  path: string;
  /** Where it was found, for the log. */
  from: "setting" | "extension" | "PATH";
}

const exe = process.platform === "win32" ? "dbwise.exe" : "dbwise";

/**
 * The value of a setting that can start a program. VS Code hides what an
 * untrusted folder sets (restrictedConfigurations); asking for the user's own
 * value as well keeps that true if the manifest is ever edited.
 */
export function guarded<T>(key: string): T | undefined {
  const value = vscode.workspace.getConfiguration("dbwise").inspect<T>(key);
  if (!vscode.workspace.isTrusted) return value?.globalValue ?? value?.defaultValue;
  return value?.workspaceFolderValue ?? value?.workspaceValue ?? value?.globalValue ?? value?.defaultValue;
}

/** The server to run: the setting, then the bundled one, then PATH. */
export function findBinary(extensionPath: string): Binary | undefined {
  const set = guarded<string>("path")?.trim();
  if (set) return { path: resolve(set), from: "setting" };
  const bundled = path.join(extensionPath, "bin", exe);
  if (executable(bundled)) return { path: bundled, from: "extension" };
  for (const dir of (process.env["PATH"] ?? "").split(path.delimiter)) {
    // A relative entry would mean the opened folder.
    if (!path.isAbsolute(dir)) continue;
    const file = path.join(dir, exe);
    if (executable(file)) return { path: file, from: "PATH" };
  }
  return undefined;
}

function resolve(file: string): string {
  if (file === "~" || file.startsWith("~/")) file = path.join(process.env["HOME"] ?? "", file.slice(1));
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return folder ? path.resolve(folder, file) : file;
}

export function executable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
