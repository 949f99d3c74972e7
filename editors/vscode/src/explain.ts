import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Binary } from "./binary";

const scheme = "dbwise-rule";

/** Rule documentation as the binary prints it, shown as a Markdown preview. */
export class RuleDocs implements vscode.TextDocumentContentProvider {
  constructor(private readonly binary: () => Binary | undefined) {}

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return this.run("explain", uri.path.replace(/\.md$/, ""));
  }

  async show(rule: string | undefined): Promise<void> {
    rule ??= ruleAtCursor() ?? (await this.pick());
    if (!rule) return;
    const uri = vscode.Uri.from({ scheme, path: `${rule}.md` });
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  private async pick(): Promise<string | undefined> {
    const lines = (await this.run("rules")).split("\n").filter((line) => line.trim() !== "");
    const items = lines.map((line) => {
      const [label = "", ...rest] = line.trim().split(/\s{2,}|\t/);
      return { label, description: rest.join("  ") };
    });
    const item = await vscode.window.showQuickPick(items, { placeHolder: "Rule to read about", matchOnDescription: true });
    return item?.label;
  }

  private run(...args: string[]): Promise<string> {
    const binary = this.binary();
    if (!binary) return Promise.reject(new Error("no dbwise binary"));
    return new Promise((done, fail) => {
      execFile(binary.path, args, { timeout: 10_000, env: { ...process.env, NO_COLOR: "1" } }, (error, stdout, stderr) => {
        if (error) fail(new Error(stderr.trim() || error.message));
        else done(stdout);
      });
    });
  }
}

/** The rule of the finding under the cursor. */
function ruleAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((d) => d.source === "dbwise" && d.range.contains(editor.selection.active));
  const code = found?.code;
  const value = typeof code === "object" ? code.value : code;
  return value === undefined ? undefined : String(value);
}
