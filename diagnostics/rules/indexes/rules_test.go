package indexes_test

import (
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules/indexes"
	"github.com/dbwise/dbwise/diagnostics/rulestest"
)

func TestRules(t *testing.T) { rulestest.Run(t, indexes.All()) }
