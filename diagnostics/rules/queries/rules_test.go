package queries_test

import (
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules/queries"
	"github.com/dbwise/dbwise/diagnostics/rulestest"
)

func TestRules(t *testing.T) { rulestest.Run(t, queries.All()) }
