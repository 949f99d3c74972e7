// Package migrations judges what a schema change does to a running database. One rule is one file
// here and one golden in testdata.
package migrations

import "github.com/dbwise/dbwise/diagnostics"

var set diagnostics.Set

// All is every rule of the family.
func All() []*diagnostics.Rule { return set.All() }
