// Package indexes judges which indexes exist and which are wanted. One rule is one file
// here and one golden in testdata.
package indexes

import "github.com/dbwise/dbwise/diagnostics"

var set diagnostics.Set

// All is every rule of the family.
func All() []*diagnostics.Rule { return set.All() }
