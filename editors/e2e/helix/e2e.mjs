// e2e.mjs: drive a real Helix in a private tmux, one scenario after the other.
//
//   E2E_BIN_DIR=bin node helix/e2e.mjs HELIX...
//
// HELIX... is the command that starts Helix. The configuration is the one that
// the documentation offers, word for word. Exit 0 or 1.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { demoCopy, fixedText, here, log, place, scenarios, sleep, tempDir, until } from "../lib.mjs";

const helix = process.argv.slice(2);
const dir = tempDir("helix");
const socket = path.join(dir, "tmux.sock");
const tmux = (...args) => execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const screen = () => tmux("capture-pane", "-p", "-t", "e2e").split("\n");
const shows = (text) => screen().some((row) => row.includes(text));
const keys = async (...names) => { tmux("send-keys", "-t", "e2e", ...names); await sleep(150); };
const type = async (text) => { tmux("send-keys", "-t", "e2e", "-l", "--", text); await sleep(150); };

fs.mkdirSync(path.join(dir, "config", "helix"), { recursive: true });
fs.copyFileSync(path.join(here, "..", "helix", "languages.toml"), path.join(dir, "config", "helix", "languages.toml"));

function start(ws, file) {
  const env = [`XDG_CONFIG_HOME=${dir}/config`, `XDG_CACHE_HOME=${dir}/cache`, `XDG_STATE_HOME=${dir}/state`,
    `PATH=${path.resolve(process.env.E2E_BIN_DIR)}:${process.env.PATH}`, "TERM=xterm-256color", "LANG=C.UTF-8"];
  tmux("new-session", "-d", "-s", "e2e", "-x", "160", "-y", "40", "-c", ws, "env", ...env, ...helix, file);
}

function running() {
  try { tmux("has-session", "-t", "e2e"); return true; } catch { return false; }
}

// The menu hangs at the cursor: its rows are those that changed. Which of them is
// marked cannot be read off the text, so the way down is counted.
async function openMenu(action) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const before = screen();
    await keys("Space", "a");
    for (let i = 0; i < 15; i++) {
      const now = screen();
      const row = now.findIndex((text, y) => text.includes(action) && text !== before[y] && !before[y].includes(action));
      if (row >= 0) {
        await sleep(200);
        const settled = screen();
        let first = row;
        while (first > 0 && settled[first - 1] !== before[first - 1]) first--;
        return { down: row - first, rows: settled.slice(first, row + 1).map((r) => r.trim()) };
      }
      await sleep(100);
    }
    await keys("Escape");
  }
  throw new Error(`no action with ${action}`);
}

async function run(scenario) {
  const ws = demoCopy(fs.mkdtempSync(path.join(dir, "ws-")));
  const { line, column } = place(ws, scenario);
  start(ws, `${scenario.file}:${line + 1}:${column + 1}`);
  try {
    // The picker of diagnostics names the rule of each.
    await until(`${scenario.rule} in the picker`, 30_000, async () => {
      await keys("Space", "d");
      await sleep(300);
      const found = shows(scenario.rule);
      await keys("Escape");
      await sleep(150);
      return found;
    });
    const menu = await openMenu(scenario.action);
    for (let i = 0; i < menu.down; i++) await keys("Down");
    await keys("Enter");
    await sleep(300);
    await until("fix on the disk", 10_000, async () => {
      await keys("Escape");
      await type(":wa");
      await keys("Enter");
      await sleep(200);
      return fixedText(ws, scenario);
    });
    await type(":qa!");
    await keys("Enter");
    await until("end of Helix", 10_000, () => !running());
    log(`ok ${scenario.name}`);
  } catch (error) {
    error.message += "\n" + (running() ? screen().join("\n").trimEnd() : "(Helix has ended)");
    throw error;
  } finally {
    if (running()) tmux("kill-session", "-t", "e2e");
  }
}

let failed = false;
try {
  for (const scenario of scenarios) await run(scenario);
  log("PASS");
} catch (error) {
  failed = true;
  log(`FAIL ${error.message}`);
} finally {
  try { tmux("kill-server"); } catch { /* ended with its last session */ }
  fs.rmSync(dir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
