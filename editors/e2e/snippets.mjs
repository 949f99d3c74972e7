// snippets.mjs NPM_DIR: every JSON, TOML and Lua-free snippet that the documentation
// offers must parse, and every path it names must exist.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { here } from "./lib.mjs";

const toml = createRequire(path.join(process.argv[2], "x.js"))("smol-toml");
const editors = path.join(here, "..");
const bad = [];
let count = 0;

function parse(where, language, text) {
  try {
    // VS Code and Sublime read comments in JSON, and so does dbwise.jsonc.
    if (language.startsWith("json")) JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
    else if (language === "toml") toml.parse(text);
    else return;
    count++;
  } catch (error) {
    bad.push(`${where}: ${error.message}`);
  }
}

for (const file of ["README.md", "vscode/README.md", "vscode/media/fix.md", "vscode/media/configure.md"]) {
  const text = fs.readFileSync(path.join(editors, file), "utf8");
  for (const m of text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)) parse(`${file}, ${m[1]} at ${m.index}`, m[1], m[2]);
  for (const m of text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
    if (!fs.existsSync(path.join(editors, path.dirname(file), m[1]))) bad.push(`${file}: no ${m[1]}`);
  }
}
parse("helix/languages.toml", "toml", fs.readFileSync(path.join(editors, "helix/languages.toml"), "utf8"));

for (const b of bad) console.log(`ERROR ${b}`);
console.log(`${count} snippets parse`);
process.exit(bad.length || count < 5 ? 1 : 0);
