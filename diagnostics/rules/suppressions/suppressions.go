// Package suppressions declares the rules about suppression comments. The
// driver judges them, since only it knows which comment was used; their hook
// does nothing.
package suppressions

import "github.com/dbwise/dbwise/diagnostics"

var set diagnostics.Set

// All is every rule of the family.
func All() []*diagnostics.Rule { return set.All() }

func judgedByDriver(*diagnostics.Pass) {}

var _ = set.Add(&diagnostics.Rule{
	ID: diagnostics.UnusedSuppression, Category: diagnostics.Suppression, Since: "0.1",
	Doc: diagnostics.Doc{
		Title:     "A suppression comment switches off nothing.",
		Why:       "The finding it was written for is gone, so all it can do is hide the next one.",
		Bad:       "-- cleanup.sql --\n-- dbwise-ignore dml-without-where: the table is tiny\nDELETE FROM sessions WHERE id = 1;\n",
		Good:      "-- cleanup.sql --\n-- dbwise-ignore dml-without-where: all sessions end at deploy\nDELETE FROM sessions;\n",
		FixSafety: "Removing the comment is safe: nothing that runs changes.",
	},
	File: judgedByDriver,
})

var _ = set.Add(&diagnostics.Rule{
	ID: diagnostics.UnknownSuppression, Category: diagnostics.Suppression, Since: "0.1",
	Doc: diagnostics.Doc{
		Title:     "A suppression comment names no rule of dbwise.",
		Why:       "A misspelt or missing name switches off nothing, while the reader believes it does.",
		Bad:       "-- cleanup.sql --\n-- dbwise-ignore dml-witout-where: all sessions end at deploy\nDELETE FROM sessions WHERE id = 1;\n",
		Good:      "-- cleanup.sql --\n-- dbwise-ignore dml-without-where: all sessions end at deploy\nDELETE FROM sessions;\n",
		FixSafety: "Removing the comment is safe: nothing that runs changes.",
	},
	File: judgedByDriver,
})
