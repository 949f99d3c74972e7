package migrations

import (
	"crypto/sha256"
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// atlas: a folder with atlas.sum and files ordered by name, up only; each runs
// in a transaction unless "-- atlas:txmode none" heads it (atlasgo.io,
// "Transaction Mode"). Folders in another tool's form with an atlas.sum are
// that tool's.
var atlas = layout{
	runner: "atlas",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.here[path.Join(dir, "atlas.sum")] {
				return
			}
			h := &History{Dir: dir}
			for _, n := range names {
				m := schema.Migration{Path: path.Join(dir, n), Tx: schema.TxFile}
				m.Version, m.Name = splitName(n)
				s := w.sheet(m.Path)
				direct(&m, s, strings.HasSuffix(n, ".down.sql"))
				if s.marked(sqltext.Atlas, sqltext.NoTransaction) {
					m.Tx = schema.TxNone
				}
				h.Migrations = append(h.Migrations, m)
			}
			slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int { return strings.Compare(a.Path, b.Path) })
			out = append(out, h)
		})
		return out
	},
	write: func(p *planner) {
		text := ""
		if p.NoTx {
			text = "-- atlas:txmode none\n\n"
		}
		p.file(p.base()+".sql", text+p.Up)
	},
}

// listed rewrites atlas.sum for the files that the plan makes: the hash of a
// file covers all before it, the first line covers the hashes (sql/migrate,
// NewHashFile). If the sum is not that of the folder's files somebody has to
// look first, and it stays as it is.
func (p *planner) listed() {
	sum := p.h.sum
	if sum == nil {
		return
	}
	var names []string
	for i, line := range strings.Split(strings.TrimRight(string(sum.text), "\n"), "\n") {
		if name, _, ok := strings.Cut(line, " h1:"); ok && i > 0 {
			names = append(names, name)
		}
	}
	files := map[string][]byte{}
	for n, text := range sum.files {
		files[n] = text
	}
	if atlasSum(names, files) != string(sum.text) {
		return
	}
	for _, f := range p.plan.Create {
		name := path.Base(f.Path)
		if strings.HasSuffix(name, ".down.sql") {
			continue
		}
		names = append(names, name)
		files[name] = []byte(f.Text)
	}
	slices.Sort(names)
	p.plan.Edits = append(p.plan.Edits, Edit{Path: sum.path, Edit: source.Edit{Span: source.Span{End: len(sum.text)}, Text: atlasSum(names, files)}})
}

func atlasSum(names []string, files map[string][]byte) string {
	running, total := sha256.New(), sha256.New()
	var lines strings.Builder
	for _, n := range names {
		running.Write([]byte(n))
		running.Write(files[n])
		h := base64.StdEncoding.EncodeToString(running.Sum(nil))
		total.Write([]byte(n))
		total.Write([]byte(h))
		lines.WriteString(n + " h1:" + h + "\n")
	}
	return "h1:" + base64.StdEncoding.EncodeToString(total.Sum(nil)) + "\n" + lines.String()
}
