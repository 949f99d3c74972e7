package rules_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/diagnostics/workspace"
)

// migrationFiles are n migrations of one history: a table every third file,
// then columns, indexes, keys and data of the tables made so far.
func migrationFiles(n int) map[string][]byte {
	out := map[string][]byte{}
	tables := 0
	for i := range n {
		var b strings.Builder
		table := fmt.Sprintf("orders_%d", i*7%max(tables, 1))
		switch {
		case i%3 == 0:
			fmt.Fprintf(&b, "CREATE TABLE orders_%d (id bigint PRIMARY KEY, user_id bigint, state text NOT NULL, total numeric(10, 2), created_at timestamptz DEFAULT now());\n", tables)
			fmt.Fprintf(&b, "CREATE INDEX orders_%d_state_idx ON orders_%d (state, created_at);\n", tables, tables)
			tables++
		case i%3 == 1:
			fmt.Fprintf(&b, "ALTER TABLE %s ADD COLUMN note_%d text DEFAULT 'none', ADD CONSTRAINT total_%d CHECK (total >= 0);\n", table, i, i)
			fmt.Fprintf(&b, "CREATE INDEX %s_note_%d_idx ON %s (note_%d);\n", table, i, table, i)
		default:
			fmt.Fprintf(&b, "ALTER TABLE %s ADD CONSTRAINT user_%d FOREIGN KEY (user_id) REFERENCES orders_0 (id);\n", table, i)
			fmt.Fprintf(&b, "UPDATE %s SET state = 'new' WHERE state IS NULL;\nALTER TABLE %s ALTER COLUMN state TYPE varchar(%d);\n", table, table, 20+i%50)
		}
		out[fmt.Sprintf("migrations/%06d_step.up.sql", i+1)] = []byte(b.String())
	}
	return out
}

// BenchmarkMigrations reads and judges 1,000 migrations, nothing kept between
// the rounds but the statements the parser remembers.
func BenchmarkMigrations(b *testing.B) {
	files := migrationFiles(1000)
	r := &diagnostics.Runner{Rules: rules.All()}
	for b.Loop() {
		snap := workspace.Of(workspace.Options{}, "/w", files)
		found, err := r.All(context.Background(), snap, &diagnostics.Config{}, snap.Files(), nil)
		if err != nil || len(found) == 0 {
			b.Fatalf("%d findings: %v", len(found), err)
		}
	}
}
