import * as vscode from "vscode";
import { documentSelector } from "./selector";

/**
 * The entry behind the `{}` in the status bar: there while a file of ours is
 * open, out of the way otherwise.
 */
export class Status {
  private readonly item = vscode.languages.createLanguageStatusItem("dbwise", documentSelector);

  constructor() {
    this.item.name = "dbwise";
    this.item.command = { command: "dbwise.showLog", title: "Show Log" };
    this.off("not started");
  }

  starting(): void {
    this.set("starting", true, vscode.LanguageStatusSeverity.Information);
  }

  running(version: string | undefined): void {
    this.set("ready", false, vscode.LanguageStatusSeverity.Information, version);
  }

  off(why: string): void {
    this.set(why, false, vscode.LanguageStatusSeverity.Information);
  }

  failed(why: string): void {
    this.set(why, false, vscode.LanguageStatusSeverity.Error);
  }

  dispose(): void {
    this.item.dispose();
  }

  private set(text: string, busy: boolean, severity: vscode.LanguageStatusSeverity, detail?: string): void {
    this.item.text = `dbwise: ${text}`;
    this.item.busy = busy;
    this.item.severity = severity;
    this.item.detail = detail;
  }
}
