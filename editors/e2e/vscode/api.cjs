// Inside the extension host, in a trusted copy of the demo: findings, quick fixes,
// restart, settings, rule documentation, the schema of the configuration.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const scenarios = require("./scenarios.json");

module.exports = async (vscode, say) => {
  const root = vscode.workspace.workspaceFolders[0].uri;
  const uriOf = (file) => vscode.Uri.joinPath(root, file);
  const ours = (uri) => vscode.languages.getDiagnostics(uri).filter((d) => d.source === "dbwise");
  const ruleOf = (d) => (typeof d.code === "object" ? d.code.value : d.code);

  const until = async (what, fn, limit = 30_000) => {
    for (const end = Date.now() + limit; ; ) {
      const value = await fn();
      if (value) return value;
      if (Date.now() > end) throw new Error(`no ${what} after ${limit / 1000} s`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };

  const open = async (file) => {
    const doc = await vscode.workspace.openTextDocument(uriOf(file));
    await vscode.window.showTextDocument(doc);
    return doc;
  };

  const noDuplicates = (uri) => {
    const seen = ours(uri).map((d) => JSON.stringify([d.range, ruleOf(d), d.message]));
    assert.equal(new Set(seen).size, seen.length, `a finding of ${uri.fsPath} is shown twice`);
  };

  const created = (pattern) => {
    const [head, tail] = path.basename(pattern).split("*");
    const dir = path.join(root.fsPath, path.dirname(pattern));
    const name = fs.readdirSync(dir).find((n) => n.startsWith(head) && n.endsWith(tail));
    return name && path.join(dir, name);
  };

  const run = async (s) => {
    const doc = await open(s.file);
    const at = doc.positionAt(doc.getText().indexOf(s.at));
    const here = () => ours(doc.uri).find((d) => ruleOf(d) === s.rule && d.range.start.line <= at.line && d.range.end.line >= at.line);
    const found = await until(`${s.rule} in ${s.file}`, here);
    noDuplicates(doc.uri);
    assert.ok(found.message.length > 10, "a message");

    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", doc.uri, found.range, undefined, 20);
    const action = actions.find((a) => a.title.includes(s.action) && a.kind?.value.startsWith("quickfix"));
    assert.ok(action, `no action with ${s.action} in: ${actions.map((a) => a.title).join(" | ")}`);
    if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit));
    if (action.command) await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
    await vscode.workspace.saveAll(true);

    const file = s.create ? await until(s.create, () => created(s.create), 10_000) : doc.uri.fsPath;
    await until(`fix in ${file}`, () => s.want.every((want) => fs.readFileSync(file, "utf8").includes(want)), 10_000)
      .catch((error) => { throw new Error(`${error.message}\n${fs.readFileSync(file, "utf8")}`); });
    await until("end of the finding", () => !here(), 15_000);
    say(`ok ${s.name}`);
  };

  const extension = vscode.extensions.getExtension("dbwise.dbwise");
  assert.ok(extension, "the extension is installed");
  // What a statement does to a running database, above it and in its hover.
  const migration = await open("orders-service/migrations/000002_orders_customer_id_idx.up.sql");
  const lenses = async () => (await vscode.commands.executeCommand("vscode.executeCodeLensProvider", migration.uri, 10)) ?? [];
  const ofIndex = (l) => l.command?.title.startsWith("SHARE on orders");
  const lens = await until("lens on CREATE INDEX", async () => (await lenses()).find(ofIndex));
  assert.match(lens.command.title, /writes wait/);
  await vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments);
  const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", migration.uri, lens.range.start);
  const hovered = hovers.flatMap((h) => h.contents.map((c) => c.value ?? c)).join("\n");
  assert.match(hovered, /\| `orders` \| SHARE \|/);
  const lensSetting = vscode.workspace.getConfiguration("dbwise");
  await lensSetting.update("codeLens.enable", false, vscode.ConfigurationTarget.Workspace);
  await until("end of the lens", async () => !(await lenses()).some(ofIndex));
  await lensSetting.update("codeLens.enable", undefined, vscode.ConfigurationTarget.Workspace);
  await until("lens again", async () => (await lenses()).some(ofIndex));
  say("ok lens and hover");

  for (const s of scenarios) await run(s);
  assert.ok(extension.isActive);

  const reports = await open("orders-service/internal/reports/reports.go");
  const inLoop = () => ours(reports.uri).some((d) => ruleOf(d) === "n-plus-one");
  await until("finding in reports.go", inLoop);

  // The server goes and comes back, with its findings.
  await vscode.commands.executeCommand("dbwise.restart");
  await until("finding after the restart", inLoop);
  noDuplicates(reports.uri);
  say("ok restart");

  const config = () => vscode.workspace.getConfiguration("dbwise");
  const target = vscode.ConfigurationTarget.Workspace;
  await config().update("rules", { "n-plus-one": "off" }, target);
  await until("silence of a rule that is off", () => !inLoop());
  await config().update("rules", undefined, target);
  await until("the rule again", inLoop);
  say("ok settings reach the server");

  await config().update("path", "/nonexistent/dbwise", target);
  await until("silence without a server", () => ours(reports.uri).length === 0);
  await config().update("path", undefined, target);
  await until("findings with the bundled server", inLoop);
  say("ok dbwise.path is followed and can be wrong");

  const explained = () => vscode.workspace.textDocuments.find((d) => d.uri.scheme === "dbwise-rule");
  await vscode.commands.executeCommand("dbwise.explain", "n-plus-one");
  const doc = await until("rule documentation", explained);
  assert.ok(doc.getText().length > 20);
  say("ok explain");

  const json = uriOf("dbwise.jsonc");
  fs.writeFileSync(json.fsPath, '{\n  // a comment is fine\n  "no-such-key": true\n}\n');
  await open("dbwise.jsonc");
  await until("warning about an unknown key", () =>
    vscode.languages.getDiagnostics(json).some((d) => d.message.includes("no-such-key")));
  say("ok schema");
};
