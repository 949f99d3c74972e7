package flow_test

import (
	"strings"
	"testing"
)

// The digest changes with what other files can observe, and with nothing else.
func TestDigest(t *testing.T) {
	const base = `import { db } from "./db";
export async function load(id: number, name: string) {
  const row = await db.find("select a", id);
  return row;
}
export class Users { constructor(private repo: Repo) {} get(id: number) { return this.repo.get(id); } }
`
	digest := func(text string) string {
		h := extract(t, "users.ts", []byte(text)).Outline.Digest
		return string(h[:])
	}
	for _, c := range []struct {
		name, old, new string
		same           bool
	}{
		{"a comment and moved lines", "export async", "// hello\n\n\nexport async", true},
		{"a local name", "row", "found", true},
		{"a call of a global", "return row", "console.log(row); return row", true},
		{"arithmetic", "return row", "const x = 1 + 2; return row", true},
		{"the query", "select a", "select b", false},
		{"the dependence", `"select a", id`, `"select a", name`, false},
		{"a loop around", "const row = await", "for (const x of y) await", false},
		{"a further call", "return row", "await other(row); db.close(); return row", false},
		{"a parameter's type", "id: number, name: string", "id: number, db: Db, name: string", false},
		{"a name", "class Users", "class Members", false},
		{"a field's type", "repo: Repo", "repo: typeof db", false},
		{"an export", "export class", "class", false},
	} {
		text := strings.ReplaceAll(base, c.old, c.new)
		if text == base {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		if same := digest(text) == digest(base); same != c.same {
			t.Errorf("%s: digest the same: %v, want %v", c.name, same, c.same)
		}
	}
}
