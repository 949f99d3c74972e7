import * as vscode from "vscode";
import { Server } from "./client";
import { RuleDocs } from "./explain";
import { Status } from "./status";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("dbwise", { log: true });
  const status = new Status();
  const running = (server = new Server(context.extensionPath, log, status));
  const docs = new RuleDocs(() => running.binary());
  const needsRestart = ["dbwise.enable", "dbwise.path", "dbwise.args"];

  context.subscriptions.push(
    log,
    status,
    docs.register(),
    vscode.commands.registerCommand("dbwise.restart", () => running.restart()),
    vscode.commands.registerCommand("dbwise.showLog", () => log.show()),
    vscode.commands.registerCommand("dbwise.explain", (rule?: unknown) =>
      docs.show(typeof rule === "string" ? rule : undefined),
    ),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (needsRestart.some((key) => change.affectsConfiguration(key))) void running.restart();
    }),
    // With trust the folder's own path and arguments count.
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
  );
  await running.start();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
