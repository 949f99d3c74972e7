// What the Node drivers share.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const scenarios = JSON.parse(fs.readFileSync(path.join(here, "scenarios.json"), "utf8"));

const t0 = Date.now();
export const log = (text) => console.log(`[${((Date.now() - t0) / 1000).toFixed(1)} s] ${text}`);
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Polls until fn gives something true; throws after limit ms. */
export async function until(what, limit, fn) {
  for (const end = Date.now() + limit; ; ) {
    const value = await fn();
    if (value) return value;
    if (Date.now() > end) throw new Error(`no ${what} after ${limit / 1000} s`);
    await sleep(50);
  }
}

/** A copy of the demo to write into. The .git makes it a project of its own. */
export function demoCopy(into) {
  const ws = path.join(into, "shop");
  fs.cpSync(path.join(here, "..", "demo"), ws, { recursive: true });
  fs.mkdirSync(path.join(ws, ".git"));
  return ws;
}

export function tempDir(name) {
  return fs.mkdtempSync(path.join(os.tmpdir(), `dbwise-${name}-`));
}

/** Files of dir whose name fits the pattern's last part, which may hold one `*`. */
export function glob(root, pattern) {
  const dir = path.join(root, path.dirname(pattern));
  const [head, tail] = path.basename(pattern).split("*");
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir)
    .filter((name) => name.startsWith(head) && (tail === undefined ? name === head : name.endsWith(tail)))
    .map((name) => path.join(dir, name));
}

/** What is on the disk once a scenario's fix has been saved, or undefined. */
export function fixedText(ws, scenario) {
  const file = scenario.create ? glob(ws, scenario.create)[0] : path.join(ws, scenario.file);
  const text = file && fs.readFileSync(file, "utf8");
  return text && scenario.want.every((want) => text.includes(want)) ? text : undefined;
}

/** 0-based line and column of the scenario's place. */
export function place(ws, scenario) {
  const text = fs.readFileSync(path.join(ws, scenario.file), "utf8");
  const at = text.indexOf(scenario.at);
  if (at < 0) throw new Error(`${scenario.file} lacks ${scenario.at}`);
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length - 1, column: lines.at(-1).length };
}

/** Starts a program as the head of its own process group. */
export function spawnGroup(command, args, options) {
  const child = spawn(command, args, { ...options, detached: true });
  const ended = new Promise((done) => child.once("exit", done));
  // The group is ended by its id: whatever the program started goes with it.
  const end = async () => {
    const signal = (name) => { try { process.kill(-child.pid, name); } catch { /* gone already */ } };
    signal("SIGTERM");
    await Promise.race([ended, sleep(5000)]);
    signal("SIGKILL");
  };
  return { child, end };
}
