// In Restricted Mode: findings from the bundled server, and the program that the
// folder names in its settings is not started.
const assert = require("node:assert");
const fs = require("node:fs");

module.exports = async (vscode, say) => {
  assert.equal(vscode.workspace.isTrusted, false);
  const root = vscode.workspace.workspaceFolders[0].uri;
  const doc = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(root, "storefront/src/cart.ts"));
  await vscode.window.showTextDocument(doc);
  for (const end = Date.now() + 30_000; ; ) {
    if (vscode.languages.getDiagnostics(doc.uri).some((d) => d.source === "dbwise")) break;
    assert.ok(Date.now() < end, "no findings in Restricted Mode");
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal(vscode.workspace.getConfiguration("dbwise").get("path"), "");
  assert.ok(!fs.existsSync(process.env.E2E_TRAP), "the folder's own program was started");
  say("ok the bundled server runs, the folder's does not");
};
