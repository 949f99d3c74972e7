// What a user sees: the squiggle, the row in the Problems view, the quick-fix menu,
// the repaired file. `make screenshot` takes its picture of the menu for the README.
import path from "node:path";
import { fixedText, log, place, scenarios, sleep, until } from "../lib.mjs";

export async function ui({ page, ws, out }) {
  const scenario = scenarios.find((s) => s.file.endsWith(".ts"));
  const shot = (name) => page.screenshot({ path: path.join(out, `${name}.png`) });

  const { line, column } = place(ws, scenario);

  await openFile(page, scenario.file);
  const editor = page.locator(".editor-instance .monaco-editor").first();
  await editor.locator(".view-line").first().waitFor({ timeout: 30_000 });
  const squiggle = editor.locator(".squiggly-error, .squiggly-warning").first();
  await squiggle.waitFor({ state: "attached", timeout: 60_000 });
  log("squiggle is there");

  // The whole folder is listed; the filter brings our file's row into view. What is
  // typed while the view still starts is lost: it is typed until the row is there.
  await page.keyboard.press("Control+Shift+KeyM");
  const filter = page.locator(".panel input.input").first();
  const row = page.locator(".markers-panel .monaco-list-row, .markers-panel-container .monaco-list-row")
    .filter({ hasText: scenario.rule }).filter({ hasText: `[Ln ${line + 1},` }).first();
  for (let tries = 0; ; tries++) {
    await filter.fill(path.basename(scenario.file));
    if (await row.waitFor({ timeout: 4000 }).then(() => true, () => false)) break;
    if (tries === 6) throw new Error(`no row of ${scenario.rule} in the Problems view`);
    await shot(`problems-${tries}`);
    await filter.fill("");
  }
  log(`problems: ${(await row.innerText()).replace(/\s+/g, " ")}`);
  await filter.fill("");

  // Placing the cursor and opening the menu race with changes of focus on a loaded
  // machine: both are repeated until the menu is there.
  await page.keyboard.press("Control+KeyB"); // no side bar: the text is what matters
  const item = page.locator(".action-widget .monaco-list-row").filter({ hasText: scenario.action }).first();
  for (let tries = 0; ; tries++) {
    await openFile(page, scenario.file, `:${line + 1}:${column + 1}`);
    await page.locator(".editor-instance .monaco-editor.focused").first().waitFor({ timeout: 5000 }).catch(() => {});
    await page.keyboard.press("Control+Period");
    if (await item.waitFor({ timeout: 4000 }).then(() => true, () => false)) break;
    if (tries === 6) throw new Error(`no quick fix with ${scenario.action}`);
    await page.keyboard.press("Escape");
  }
  log(`quick fix: ${(await item.innerText()).replace(/\s+/g, " ")}`);
  await sleep(500);
  await shot("menu");

  await item.click();
  await squiggle.waitFor({ state: "detached", timeout: 20_000 });
  await page.keyboard.press("Control+KeyS");
  await until("fix on the disk", 10_000, () => fixedText(ws, scenario));
  log("the fix is on the disk");
  await shot("fixed");

  await openLanguageStatus(page);
  await shot("status");
}

// Quick open is typed into: the tree would need one click per folder.
async function openFile(page, file, at = "") {
  const tab = page.locator(".tabs-container .tab").filter({ hasText: path.basename(file) }).first();
  for (let tries = 0; ; tries++) {
    await page.keyboard.press("Control+KeyP");
    const input = page.locator(".quick-input-widget input.input").first();
    await input.waitFor({ timeout: 20_000 }).catch(() => {});
    await input.fill(path.basename(file) + at).catch(() => {});
    const hit = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: path.basename(file) }).first();
    if (await hit.waitFor({ timeout: 5000 }).then(() => true, () => false)) await hit.click();
    if (await tab.waitFor({ timeout: 5000 }).then(() => true, () => false)) return;
    if (tries === 6) throw new Error(`could not open ${file}`);
    await page.keyboard.press("Escape");
  }
}

// The entry is ours when it names the server.
async function openLanguageStatus(page) {
  await page.locator("[id='status.languageStatus']").first().click();
  const entry = page.locator(".hover-language-status").filter({ hasText: "dbwise" }).first();
  await entry.waitFor({ timeout: 10_000 });
  log(`status: ${(await entry.innerText()).replace(/\s+/g, " ")}`);
}
