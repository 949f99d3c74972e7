// check-extension.mjs DIR: what vsce lets through: files named in contributes that do
// not exist, unknown contribution points, commands and settings on which the manifest
// and the source disagree, settings that start a program in an untrusted folder.
import fs from "node:fs";
import path from "node:path";

const dir = process.argv[2];
const manifest = JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8"));
const contributes = manifest.contributes ?? {};
const bad = [];

const required = ["name", "displayName", "description", "version", "publisher", "license", "repository", "engines", "categories", "main", "icon"];
for (const key of required) if (!manifest[key]) bad.push(`no "${key}"`);

if (manifest.icon && exists(manifest.icon, "icon")) {
  const png = fs.readFileSync(path.join(dir, manifest.icon));
  if (png.readUInt32BE(0) !== 0x89504e47) bad.push("the icon is no PNG");
  else if (png.readUInt32BE(16) < 128) bad.push("the icon is smaller than 128 px");
}

const points = new Set([
  "authentication", "breakpoints", "codeActions", "colors", "commands", "configuration", "configurationDefaults",
  "customEditors", "debuggers", "documentation", "grammars", "icons", "iconThemes", "jsonValidation", "keybindings",
  "languages", "menus", "notebooks", "problemMatchers", "problemPatterns", "productIconThemes", "semanticTokenScopes",
  "snippets", "submenus", "taskDefinitions", "terminal", "themes", "views", "viewsContainers", "viewsWelcome", "walkthroughs",
]);
for (const key of Object.keys(contributes)) if (!points.has(key)) bad.push(`unknown contribution point "${key}"`);

for (const entry of contributes.jsonValidation ?? []) exists(entry.url, "jsonValidation");
for (const language of contributes.languages ?? []) {
  if (language.configuration) exists(language.configuration, `language ${language.id}`);
  // It would take the files away from every other SQL extension.
  if (language.extensions?.includes(".sql")) bad.push(`language ${language.id} claims .sql`);
}
for (const { steps } of contributes.walkthroughs ?? []) {
  for (const step of steps) exists(step.media.markdown ?? step.media.image, `walkthrough step ${step.id}`);
}

if (!manifest.capabilities?.untrustedWorkspaces) bad.push("capabilities.untrustedWorkspaces is not declared: off in Restricted Mode");
const restricted = new Set(manifest.capabilities?.untrustedWorkspaces?.restrictedConfigurations);
const settings = [contributes.configuration ?? []].flat().flatMap((group) => Object.entries(group.properties ?? {}));
for (const [key, setting] of settings) {
  if (!setting.description && !setting.markdownDescription) bad.push(`setting ${key} has no description`);
  if (!("default" in setting)) bad.push(`setting ${key} has no default`);
  if (/\.(path|bin|command|args|env)$/i.test(key) && !restricted.has(key)) bad.push(`setting ${key} can start a program and is not restricted`);
}
for (const key of restricted) if (!settings.some(([name]) => name === key)) bad.push(`restricted setting ${key} does not exist`);

const source = fs.readdirSync(path.join(dir, "src")).map((name) => fs.readFileSync(path.join(dir, "src", name), "utf8")).join("\n");
const declared = (contributes.commands ?? []).map((entry) => entry.command);
const registered = [...source.matchAll(/registerCommand\(\s*"([^"]+)"/g)].map((m) => m[1]);
for (const command of declared) if (!registered.includes(command)) bad.push(`command ${command} is declared, never registered`);
for (const command of registered) if (!declared.includes(command)) bad.push(`command ${command} is registered, never declared`);
for (const [, command] of JSON.stringify(manifest).matchAll(/command:([\w.-]+)/g)) {
  if (command.startsWith(`${manifest.name}.`) && !declared.includes(command)) bad.push(`link to command ${command}, which is not declared`);
}

const documented = fs.readFileSync(path.join(dir, "README.md"), "utf8");
for (const [key] of settings) if (!documented.includes(`\`${key}\``)) bad.push(`setting ${key} is not in the README`);

for (const b of bad) console.log(`ERROR ${b}`);
console.log(bad.length ? `${bad.length} errors` : "ok");
process.exit(bad.length ? 1 : 0);

function exists(file, what) {
  const there = fs.existsSync(path.join(dir, file));
  if (!there) bad.push(`${what}: ${file} is not there`);
  return there;
}
