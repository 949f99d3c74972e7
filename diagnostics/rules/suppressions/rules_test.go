package suppressions_test

import (
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules/queries"
	"github.com/dbwise/dbwise/diagnostics/rules/suppressions"
	"github.com/dbwise/dbwise/diagnostics/rulestest"
)

// A suppression is judged against a rule that can be switched off, so one more
// family takes part; its own goldens are tested at home.
func TestRules(t *testing.T) {
	rulestest.RunWith(t, suppressions.All(), queries.All())
}
