package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// flyway: V1__name.sql, U1__name.sql undoes it, R__name.sql is repeated behind
// all versions. Each file runs in a transaction, except that one which holds
// only statements no transaction allows is told by them (Flyway documentation,
// "Migration transaction handling"), or by name.sql.conf.
var flyway = layout{
	runner: "flyway",
	find: func(w *world) (out []*History) {
		byDir, settings := map[string]*History{}, map[string]flywaySettings{}
		w.each(func(dir string, names []string) {
			for _, n := range names {
				g := flywayName.FindStringSubmatch(n)
				if g == nil || g[1] == "R" != (g[2] == "") {
					continue
				}
				at := flywayRoot(dir)
				h := byDir[at]
				if h == nil {
					h = &History{Dir: at, Dialect: w.javaDriver(at)}
					if w.crate(at, "refinery") {
						h.Runner = refinery.runner
					}
					byDir[at], settings[at] = h, w.flywaySettings(at)
					out = append(out, h)
				}
				m := schema.Migration{Path: path.Join(dir, n), Version: g[2], Name: g[3]}
				s := w.sheet(m.Path)
				direct(&m, s, g[1] == "U")
				m.Tx = schema.TxFile
				if h.Runner == "" {
					m.Tx = w.flywayTx(m.Path, s, settings[at])
				}
				h.Migrations = append(h.Migrations, m)
			}
		})
		for _, h := range out {
			slices.SortStableFunc(h.Migrations, compareFlyway)
		}
		return slices.DeleteFunc(out, func(h *History) bool {
			return !slices.ContainsFunc(h.Migrations, func(m schema.Migration) bool { return m.Version != "" && m.Up != nil })
		})
	},
	write: func(p *planner) {
		name := p.folder() + "V" + p.version + "__" + p.Name + ".sql"
		p.file(name, p.Up)
		if p.NoTx && slices.ContainsFunc(statements(p.Up), func(s string) bool { return !nonTransactional.MatchString(s) }) {
			p.file(name+".conf", "executeInTransaction=false\n")
		}
		if p.reversible() {
			p.file(p.folder()+"U"+p.version+"__"+p.Name+".sql", p.Down)
		}
	},
}

var (
	flywayName       = regexp.MustCompile(`^([VUR])(\d+(?:[._]\d+)*)?__(.+)\.sql$`)
	nonTransactional = regexp.MustCompile(`(?i)\bconcurrently\b|^\s*(vacuum|alter\s+system|create\s+database|drop\s+database|create\s+tablespace)\b`)
)

// flywayRoot is the location a file belongs to: Flyway reads folders whole.
func flywayRoot(dir string) string {
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		switch path.Base(at) {
		case "migration", "migrations":
			return at
		}
	}
	return dir
}

// flywaySettings are what flyway.conf or flyway.toml says of transactions.
type flywaySettings struct{ group, mixed, outside bool }

var flywaySetting = regexp.MustCompile(`(?m)^\s*(?:flyway\.)?(group|mixed|executeInTransaction)\s*=\s*"?(true|false)`)

// flywaySettings reads the configuration above a location.
func (w *world) flywaySettings(dir string) (out flywaySettings) {
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		for _, name := range []string{"flyway.conf", "flyway.toml", "conf/flyway.conf"} {
			p := path.Join(at, name)
			if !w.here[p] {
				continue
			}
			for _, g := range flywaySetting.FindAllSubmatch(w.read(p), -1) {
				switch string(g[1]) + "=" + string(g[2]) {
				case "group=true":
					out.group = true
				case "mixed=true":
					out.mixed = true
				case "executeInTransaction=false":
					out.outside = true
				}
			}
			return out
		}
	}
	return out
}

func (w *world) flywayTx(p string, s *sheet, set flywaySettings) schema.Tx {
	if w.here[p+".conf"] {
		if g := flywaySetting.FindSubmatch(w.read(p + ".conf")); g != nil && string(g[1]) == "executeInTransaction" {
			set.outside = string(g[2]) == "false"
		}
	}
	outside := 0
	for _, st := range s.statements() {
		if nonTransactional.MatchString(st.Span.In(s.text)) {
			outside++
		}
	}
	switch {
	case set.outside, outside > 0 && (set.mixed || outside == len(s.statements())):
		return schema.TxNone
	case set.group:
		return schema.TxBatch
	}
	return schema.TxFile
}

// compareFlyway orders versions part by part, undo files behind their version,
// repeatable files behind everything by name.
func compareFlyway(a, b schema.Migration) int {
	if a.Version == "" || b.Version == "" {
		if a.Version == b.Version {
			return strings.Compare(a.Name, b.Name)
		}
		return strings.Compare(b.Version, a.Version)
	}
	if n := CompareVersions(a.Version, b.Version); n != 0 {
		return n
	}
	return len(a.Down) - len(b.Down)
}

// CompareVersions orders versions that consist of numbers, part by part.
func CompareVersions(a, b string) int {
	x, y := versionParts(a), versionParts(b)
	for i := range max(len(x), len(y)) {
		p, q := "", ""
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if n := byNumber(p, q); n != 0 {
			return n
		}
	}
	return 0
}

func versionParts(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == '.' || r == '_' })
}
