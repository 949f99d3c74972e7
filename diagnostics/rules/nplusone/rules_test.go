package nplusone_test

import (
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules/nplusone"
	"github.com/dbwise/dbwise/diagnostics/rulestest"
)

func TestRules(t *testing.T) { rulestest.Run(t, nplusone.All()) }
