// demo.mjs BINARY: the demo's README is the truth. Each row of its table must be
// found by `dbwise check`, and nothing else may be: the twins are silent.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { here } from "./lib.mjs";

const demo = path.join(here, "..", "demo");
const readme = fs.readFileSync(path.join(demo, "README.md"), "utf8");
const expected = [...readme.matchAll(/^\| ([a-z-]+) \| `([^`:]+):(\d+)`/gm)].map(([, rule, file, line]) => `${rule} ${file}:${line}`);

const run = spawnSync(path.resolve(process.argv[2]), ["check", "--format", "json", "--fail-on", "never", "."], { cwd: demo, encoding: "utf8", maxBuffer: 1 << 26 });
if (run.status !== 0) {
  console.log(`exit code ${run.status}\n${run.stderr}`);
  process.exit(1);
}
const report = JSON.parse(run.stdout);
const found = report.diagnostics.map((d) => `${d.rule} ${d.path}:${d.line}`);

const missing = expected.filter((e) => !found.includes(e));
const surplus = found.filter((f, i) => !expected.includes(f) || found.indexOf(f) !== i);
for (const m of missing) console.log(`not found: ${m}`);
for (const s of surplus) console.log(`not in the README, or found twice: ${s}`);
for (const p of report.problems ?? []) console.log(`problem: ${p.path}: ${p.message}`);
console.log(`${expected.length} expected, ${found.length} found`);
process.exit(missing.length || surplus.length || report.problems?.length || expected.length < 10 ? 1 : 0);
