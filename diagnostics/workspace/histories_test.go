package workspace

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

var txNames = map[schema.Tx]string{schema.TxUnknown: "unknown", schema.TxNone: "none", schema.TxImplicit: "implicit", schema.TxFile: "file", schema.TxBatch: "batch"}

// printHistories lists the migrations of all histories in order, each with the
// transaction it runs in, and the parts of the files that hold several.
func printHistories(s *Snapshot) string {
	var b strings.Builder
	for _, h := range s.schemaNow().histories {
		fmt.Fprintf(&b, "%s %s %s\n", h.Runner, h.Dir, h.Dialect)
		for i := range h.Migrations {
			m := &h.Migrations[i]
			fmt.Fprintf(&b, "  %s %q %q tx:%s statements:%d down:%v\n", strings.TrimPrefix(m.Path, h.Dir+"/"), m.Version, m.Name, txNames[m.Tx], m.Statements, m.Down != nil)
			for _, p := range m.Parts {
				fmt.Fprintf(&b, "    %q tx:%s statements:%d down:%v\n", p.Name, txNames[p.Tx], p.Statements, p.Down != nil)
			}
		}
	}
	return b.String()
}
