package migrations_test

import (
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules/migrations"
	"github.com/dbwise/dbwise/diagnostics/rulestest"
)

func TestRules(t *testing.T) { rulestest.Run(t, migrations.All()) }
