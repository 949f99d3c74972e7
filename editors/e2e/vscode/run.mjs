// run.mjs: drive a real VS Code (code-server) with the real .vsix.
//
//   node vscode/run.mjs api|untrusted|ui --npm DIR --vsix FILE --out DIR [--path DIR]
//
//   api        api.cjs inside the extension host: the whole vscode API is there
//   untrusted  untrusted.cjs, in a folder opened in Restricted Mode
//   ui         a browser with the mouse and the keyboard: what a user sees
//
// --npm is what setup.sh installed; --path is put on PATH, for a .vsix that brings
// no server. Starts its own server on a free loopback port with a private
// profile and ends all it started. Exit 0 or 1; screenshots and logs go to --out.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { demoCopy, here, log, sleep, spawnGroup, tempDir, until } from "../lib.mjs";
import { ui } from "./ui.mjs";

const { values: option, positionals: [mode] } = parseArgs({
  allowPositionals: true,
  options: {
    npm: { type: "string" }, vsix: { type: "string" }, out: { type: "string" }, path: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
const { chromium } = createRequire(path.join(option.npm, "x.js"))("playwright-core");
const out = path.resolve(option.out);
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

const home = tempDir("vscode");
const ws = demoCopy(home);
const userData = path.join(home, "user"), extensions = path.join(home, "extensions");
const answer = path.join(home, "answer.json");
const trap = path.join(home, "trap-was-run");

const settings = {
  "workbench.startupEditor": "none", "workbench.tips.enabled": false,
  "security.workspace.trust.enabled": mode === "untrusted",
  "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never",
  "telemetry.telemetryLevel": "off", "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false, "extensions.autoUpdate": false, "extensions.ignoreRecommendations": true,
  "js/ts.tsserver.useSyntaxServer": "always", "typescript.validate.enable": false, "git.enabled": false,
  "editor.lightbulb.enabled": "on", "editor.minimap.enabled": false, "editor.stickyScroll.enabled": false, "workbench.secondarySideBar.defaultVisibility": "hidden",
};

function writeProfile() {
  // The extension host gets the PATH of a login shell, as from a desktop.
  if (option.path) fs.writeFileSync(path.join(home, ".profile"), `PATH=${path.resolve(option.path)}:$PATH\n`);
  fs.mkdirSync(path.join(userData, "User"), { recursive: true });
  fs.writeFileSync(path.join(userData, "User", "settings.json"), JSON.stringify(settings));
}

// A second extension that runs the tests: VS Code takes up folders that are there
// at its first start.
function writeTestExtension() {
  const dir = path.join(extensions, "e2e.tests-0.0.1");
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "package.json"), JSON.stringify({
    name: "tests", publisher: "e2e", version: "0.0.1", engines: { vscode: "^1.80.0" }, main: "./main.cjs",
    activationEvents: ["onStartupFinished"], capabilities: { untrustedWorkspaces: { supported: true } },
  }));
  fs.copyFileSync(path.join(here, "vscode", "host.cjs"), path.join(dir, "main.cjs"));
  fs.copyFileSync(path.join(here, "vscode", `${mode}.cjs`), path.join(dir, "tests.cjs"));
  fs.copyFileSync(path.join(here, "scenarios.json"), path.join(dir, "scenarios.json"));
}

// The folder asks for a server of its own: a program that leaves a trace.
function setTrap() {
  const program = path.join(ws, "evil.sh");
  fs.writeFileSync(program, `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
  fs.mkdirSync(path.join(ws, ".vscode"));
  fs.writeFileSync(path.join(ws, ".vscode", "settings.json"), JSON.stringify({ "dbwise.path": program }));
}

const env = {
  ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home,
  VSCODE_IPC_HOOK_CLI: "", E2E_ANSWER: answer, E2E_TRAP: trap,
};
const entry = path.join(option.npm, "node_modules/code-server/out/node/entry.js");
const profile = ["--user-data-dir", userData, "--extensions-dir", extensions];

function freePort() {
  return new Promise((done, fail) => {
    const server = net.createServer().on("error", fail).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

let server, browser, page, failed = true;
try {
  writeProfile();
  if (mode !== "ui") writeTestExtension();
  if (mode === "untrusted") setTrap();
  const installed = spawnSync(process.execPath, [entry, ...profile, "--install-extension", path.resolve(option.vsix)], { env, encoding: "utf8" });
  if (installed.status !== 0) throw new Error(installed.stdout + installed.stderr);
  log(`installed ${path.basename(option.vsix)}`);

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const serverLog = fs.openSync(path.join(out, "code-server.log"), "w");
  server = spawnGroup(process.execPath, [entry, ...profile, "--bind-addr", `127.0.0.1:${port}`, "--auth", "none",
    "--disable-telemetry", "--disable-update-check", ...(mode === "untrusted" ? [] : ["--disable-workspace-trust"]), ws],
    { env, stdio: ["ignore", serverLog, serverLog] });
  await until("code-server", 60_000, () => fetch(`${url}/healthz`).then((r) => r.ok, () => false));

  browser = await chromium.launch({ executablePath: option.browser, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  const context = await browser.newContext({ viewport: { width: 1120, height: 720 }, deviceScaleFactor: mode === "ui" ? 1.5 : 1 });
  page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error") fs.appendFileSync(path.join(out, "console.log"), m.text() + "\n"); });
  await page.goto(`${url}/?folder=${encodeURIComponent(ws)}`, { waitUntil: "domcontentloaded" });
  await page.locator(".monaco-workbench .part.editor").first().waitFor({ timeout: 90_000 });
  log("workbench is up");

  if (mode === "ui") {
    await ui({ page, ws, out });
  } else {
    await until("answer of the extension host", 180_000, () => fs.existsSync(answer));
    const { ok, log: lines, error } = JSON.parse(fs.readFileSync(answer, "utf8"));
    for (const line of lines) log(line);
    if (!ok) throw new Error(error);
  }
  failed = false;
  log("PASS");
} catch (error) {
  log(`FAIL ${error.stack ?? error}`);
  await page?.screenshot({ path: path.join(out, "failure.png") }).catch(() => {});
} finally {
  await browser?.close().catch(() => {});
  await server?.end();
  if (failed) copyLogs(path.join(userData, "logs"));
  await sleep(100);
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);

function copyLogs(dir) {
  if (fs.existsSync(dir)) fs.cpSync(dir, path.join(out, "logs"), { recursive: true });
}
