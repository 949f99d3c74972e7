package rules_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/source"
)

// BenchmarkMigrationEdit is one edit of the last of 1,000 migrations, up to its
// findings.
func BenchmarkMigrationEdit(b *testing.B) {
	dir := b.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "migrations"), 0o777); err != nil {
		b.Fatal(err)
	}
	for name, text := range migrationFiles(1000) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	store := workspace.NewStore(workspace.Options{})
	if _, err := store.Load(context.Background(), []string{dir}, nil); err != nil {
		b.Fatal(err)
	}
	last := filepath.ToSlash(filepath.Join(dir, "migrations/001000_step.up.sql"))
	r := &diagnostics.Runner{Rules: rules.All()}
	for i := 0; b.Loop(); i++ {
		text := fmt.Sprintf("ALTER TABLE orders_1 ADD COLUMN c%d int;\nCREATE INDEX orders_1_c ON orders_1 (c%d);\n", i, i)
		snap := store.Edit(source.NewFile(last, source.SQL, []byte(text)))
		found, err := r.File(context.Background(), snap, &diagnostics.Config{}, last)
		if err != nil || len(found) == 0 {
			b.Fatalf("%d findings: %v", len(found), err)
		}
	}
}
