package pgserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// relation is a table, index, sequence or view at one moment.
type relation struct {
	name, quoted string
	kind         string // pg_class.relkind
	file         string // the storage, "0" if it has none
	table        int    // whose index it is
	rows         int
}

const relations = `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, coalesce(i.indrelid, 0),
  format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

// look gives all relations of the user's by their oids, and counts the rows of
// those that are in only, of all if that is nil.
func look(c *Conn, only map[int]*relation) (map[int]*relation, error) {
	rows, err := c.Query(relations)
	if err != nil {
		return nil, err
	}
	out := map[int]*relation{}
	for _, r := range rows {
		name := r[2]
		if r[1] != "public" {
			name = r[1] + "." + name
		}
		oid := number(r[0])
		rel := &relation{name: name, quoted: r[6], kind: r[3], file: r[4], table: number(r[5])}
		out[oid] = rel
		if (only == nil || only[oid] != nil && only[oid].file != rel.file) && (rel.kind == "r" || rel.kind == "m") {
			n, err := c.Query("SELECT count(*) FROM ONLY " + rel.quoted)
			refused := (*Error)(nil)
			switch {
			case err == nil:
				rel.rows = number(n[0][0])
			case errors.As(err, &refused) && refused.SQLState == "55000": // a materialized view without data
			default:
				return nil, fmt.Errorf("count %s: %w", name, err)
			}
		}
	}
	return out, nil
}

// files tells what was written anew. A new storage without rows was emptied,
// which takes no time; an index made again may keep its storage.
func (tr *Truth) files(before, after map[int]*relation) {
	old := map[string]bool{}
	for _, r := range before {
		old[r.file] = true
	}
	for oid, r := range after {
		was := before[oid]
		owner := before[r.table]
		switch {
		case r.kind == "i" && owner != nil && owner.rows > 0 && !old[r.file] && !emptied(owner, after[r.table]):
			tr.Built = append(tr.Built, owner.name)
		case was != nil && (r.kind == "r" || r.kind == "m") && r.file != was.file && was.rows > 0 && r.rows > 0:
			tr.Rewritten = append(tr.Rewritten, r.name)
		}
	}
}

func emptied(was, is *relation) bool { return is == nil || was.file != is.file && is.rows == 0 }

func (tr *Truth) judge(before map[int]*relation) {
	populated := map[string]bool{}
	for _, r := range before {
		populated[r.name] = r.kind == "p" || r.rows > 0
	}
	for _, list := range []*[]string{&tr.Reads, &tr.Writes, &tr.Rewritten, &tr.Scanned, &tr.Built} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	some := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return populated[n] })
	}
	e := schema.Effect{}
	switch {
	case some(tr.Reads):
		e.Blocks = schema.BlocksAll
	case some(tr.Writes):
		e.Blocks = schema.BlocksWrites
	}
	if some(tr.Rewritten) || some(tr.Scanned) || some(tr.Built) {
		e.Work = schema.ScanRows
	}
	tr.Class = e.Class()
}

// catalog lists everything a schema consists of, one line each, in the words
// in which the server itself describes it. Column numbers are not told, as a
// safe way may add columns in another order.
var catalog = []string{
	`SELECT 'relation '||c.oid::regclass||' '||c.relkind::text||c.relpersistence::text||' rls='||c.relrowsecurity||coalesce(' '||array_to_string(c.reloptions, ','), '')||coalesce(' '||pg_get_expr(c.relpartbound, c.oid), '')`,
	`SELECT 'column '||a.attrelid::regclass||'.'||a.attname||' '||format_type(a.atttypid, a.atttypmod)||CASE WHEN a.attnotnull THEN ' not null' ELSE '' END||' '||a.attidentity::text||a.attgenerated::text||coalesce(' default '||pg_get_expr(d.adbin, d.adrelid), '')`,
	`SELECT 'index '||pg_get_indexdef(i.indexrelid)||' valid='||i.indisvalid||' primary='||i.indisprimary`,
	`SELECT 'constraint '||coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text)||' '||k.conname||' '||pg_get_constraintdef(k.oid)||' valid='||k.convalidated`,
	`SELECT 'trigger '||pg_get_triggerdef(t.oid)||' '||t.tgenabled::text`,
	`SELECT 'view '||c.oid::regclass||' '||pg_get_viewdef(c.oid)`,
	`SELECT 'function '||p.oid::regprocedure||' '||md5(p.prosrc)||p.provolatile::text`,
	`SELECT 'type '||t.oid::regtype||' '||coalesce((SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), '')||coalesce(nullif(t.typbasetype, 0)::regtype::text, '')||t.typnotnull`,
	`SELECT 'sequence '||s.seqrelid::regclass||' '||s.seqtypid::regtype`,
	`SELECT 'policy '||p.polrelid::regclass||' '||p.polname||coalesce(' '||pg_get_expr(p.polqual, p.polrelid), '')`,
}

var sources = []string{
	`FROM pg_class c WHERE c.relkind IN ('r', 'p', 'm', 'v', 'S') AND c.oid >= 16384 AND c.relnamespace::regnamespace::text !~ '^pg_'`,
	`FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum) WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'v', 'c') AND c.oid >= 16384 AND c.relnamespace::regnamespace::text !~ '^pg_'`,
	`FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.oid >= 16384 AND c.relnamespace::regnamespace::text !~ '^pg_'`,
	`FROM pg_constraint k WHERE k.oid >= 16384`,
	`FROM pg_trigger t WHERE NOT t.tgisinternal`,
	`FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384`,
	`FROM pg_proc p WHERE p.oid >= 16384 AND p.pronamespace::regnamespace::text !~ '^pg_'`,
	`FROM pg_type t WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd')`,
	`FROM pg_sequence s`,
	`FROM pg_policy p`,
}

// Schema describes the whole schema, sorted, one object a line.
func (d *Database) Schema() (string, error) {
	var lines []string
	for i, what := range catalog {
		rows, err := d.Query(what + " " + sources[i])
		if err != nil {
			return "", fmt.Errorf("%s: %w", head(what), err)
		}
		for _, r := range rows {
			lines = append(lines, strings.Join(strings.Fields(r[0]), " "))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}
