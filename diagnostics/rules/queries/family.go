// Package queries judges single statements. One rule is one file
// here and one golden in testdata.
package queries

import "github.com/dbwise/dbwise/diagnostics"

var set diagnostics.Set

// All is every rule of the family.
func All() []*diagnostics.Rule { return set.All() }
