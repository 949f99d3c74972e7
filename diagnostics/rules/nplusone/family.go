// Package nplusone judges queries that run once per element. One rule is one file
// here and one golden in testdata.
package nplusone

import "github.com/dbwise/dbwise/diagnostics"

var set diagnostics.Set

// All is every rule of the family.
func All() []*diagnostics.Rule { return set.All() }
