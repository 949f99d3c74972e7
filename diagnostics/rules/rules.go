// Package rules names the families of rules. A rule lives in the package of
// its family: one file and one golden.
package rules

import (
	"sort"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules/indexes"
	"github.com/dbwise/dbwise/diagnostics/rules/migrations"
	"github.com/dbwise/dbwise/diagnostics/rules/nplusone"
	"github.com/dbwise/dbwise/diagnostics/rules/queries"
	"github.com/dbwise/dbwise/diagnostics/rules/suppressions"
)

// All is every rule, sorted by id.
func All() []*diagnostics.Rule {
	var out []*diagnostics.Rule
	for _, family := range [][]*diagnostics.Rule{
		indexes.All(), migrations.All(), nplusone.All(), queries.All(), suppressions.All(),
	} {
		out = append(out, family...)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
