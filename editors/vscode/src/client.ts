import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import { executable, findBinary, guarded, type Binary } from "./binary";
import { documentSelector } from "./selector";
import type { Status } from "./status";

/**
 * Owns the one server process of the window. start, stop and restart are run one
 * after the other: a second restart waits for the first.
 */
export class Server {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
  ) {}

  start(): Promise<void> {
    return this.enqueue(() => this.doStart());
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.doStop());
  }

  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.doStop();
      await this.doStart();
    });
  }

  binary(): Binary | undefined {
    return findBinary(this.extensionPath);
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work, work);
    return this.queue;
  }

  private async doStart(): Promise<void> {
    const config = vscode.workspace.getConfiguration("dbwise");
    if (!config.get("enable", true)) {
      this.status.off("switched off");
      return;
    }
    const binary = this.binary();
    if (!binary || !executable(binary.path)) {
      this.reportMissing(binary);
      return;
    }
    this.log.info(`server: ${binary.path} (${binary.from})`);
    const args = ["lsp", ...(guarded<string[]>("args") ?? [])];
    const client = new LanguageClient(
      "dbwise",
      "dbwise",
      { command: binary.path, args },
      {
        documentSelector,
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        // Both roads to the settings: here at the start, afterwards as
        // workspace/configuration for servers that ask, and as a notification.
        initializationOptions: {
          config: config.get("config", ""),
          rules: config.get("rules", {}),
          codeLens: { enable: config.get("codeLens.enable", true) },
          // Without trust the server does not ask git what has landed.
          trusted: vscode.workspace.isTrusted,
        },
        synchronize: { configurationSection: "dbwise" },
      },
    );
    client.onDidChangeState(({ newState }) => {
      // A client that was replaced still reports its end.
      if (this.client !== client) return;
      if (newState === State.Starting) this.status.starting();
      if (newState === State.Running) this.status.running(client.initializeResult?.serverInfo?.version);
      if (newState === State.Stopped) this.status.failed("stopped");
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.status.failed("did not start");
      this.log.error(`the server did not start: ${String(error)}`);
    }
  }

  private async doStop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.status.off("stopped");
    try {
      await client?.dispose(5000);
    } catch (error) {
      // It is gone either way: dispose ends the process.
      this.log.warn(`the server did not stop in order: ${String(error)}`);
    }
  }

  private reportMissing(binary: Binary | undefined): void {
    const text = binary
      ? `dbwise: the setting dbwise.path names ${binary.path}, which is not an executable file.`
      : "dbwise: this build of the extension brings no server and there is no `dbwise` on PATH. " +
        "Install it with `go install github.com/dbwise/dbwise/cmd/dbwise@latest`, or set dbwise.path.";
    this.status.failed("no server");
    this.log.error(text);
    void vscode.window.showErrorMessage(text, "Open Setting", "Show Log").then((choice) => {
      if (choice === "Open Setting") void vscode.commands.executeCommand("workbench.action.openSettings", "dbwise.path");
      if (choice === "Show Log") this.log.show();
    });
  }
}
