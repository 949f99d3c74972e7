package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/spf13/cobra"
)

// lockFlags are the flags of locks as given.
type lockFlags struct {
	version int
	schemas []string
	format  string
	stdin   io.Reader
	// projects are those read so far, by root.
	projects map[string]*workspace.Snapshot
}

func locksCommand() *cobra.Command {
	var f lockFlags
	c := &cobra.Command{
		Use:   "locks FILE...",
		Short: "Print what the statements of SQL files do to a running PostgreSQL",
		Long: "locks prints for every statement which locks it takes on what was there before, who waits for them, whether\n" +
			"that lasts as long as the table is large, and what is lost. The schema before is that of the --schema FILEs,\n" +
			"whose tables count as filled if they insert rows anywhere; without them, in a project, that of the\n" +
			"migrations before the file, run as the project's tool runs them. The file - is standard input.\n" +
			"A file is classed by the worst of its transactions. With --format json one file gives one object, several give {\"files\": [...]}.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.stdin = c.InOrStdin()
			return f.run(c.Context(), c.OutOrStdout(), args)
		},
	}
	fl := c.Flags()
	fl.IntVar(&f.version, "pg-version", 0, fmt.Sprintf("major version of the server, %d to %d (the configuration's, or the newest)", postgres.OldestVersion, postgres.NewestVersion))
	fl.StringSliceVar(&f.schemas, "schema", nil, "SQL file with the schema before; may be given several times")
	fl.StringVar(&f.format, "format", "text", "text or json")
	return c
}

func (f *lockFlags) run(ctx context.Context, w io.Writer, files []string) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("unknown format %q: want text or json", f.format)
	}
	if f.version != 0 && (f.version < postgres.OldestVersion || f.version > postgres.NewestVersion) {
		return fmt.Errorf("--pg-version %d: want %d to %d", f.version, postgres.OldestVersion, postgres.NewestVersion)
	}
	var out []lockReport
	for _, path := range files {
		r, err := f.file(ctx, path)
		if err != nil {
			return err
		}
		out = append(out, r)
	}
	if f.format == "json" {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		if len(out) == 1 {
			return e.Encode(out[0])
		}
		return e.Encode(map[string]any{"files": out})
	}
	for i := range out {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := out[i].print(w, len(out) > 1); err != nil {
			return err
		}
	}
	return nil
}

// file judges the statements of one file.
func (f *lockFlags) file(ctx context.Context, path string) (lockReport, error) {
	src, err := f.read(path)
	if err != nil {
		return lockReport{}, err
	}
	if len(f.schemas) == 0 && path != standardInput {
		if list, known, err := f.migration(ctx, src); err != nil || known {
			return reportOf(path, src, list), err
		}
	}
	b := schema.NewBuilder(nil)
	session := func() *postgres.Session { return postgres.NewSession(b, len(f.schemas) > 0, f.version) }
	s, err := f.before(ctx, b, session)
	if err != nil {
		return lockReport{}, err
	}
	fa := parsers.Extract(ctx, src, parsers.Options{Dialect: query.PostgreSQL})
	if fa == nil {
		return lockReport{}, ctx.Err()
	}
	var list []workspace.StatementImpact
	for i := range fa.Statements {
		st := &fa.Statements[i]
		list = append(list, workspace.StatementImpact{Statement: st, Impact: s.Impact(st)})
		for j := range st.Changes {
			b.Apply(&st.Changes[j])
		}
	}
	return reportOf(path, src, list), nil
}

// before applies the schema files; tables without rows are told apart where
// the files insert any.
func (f *lockFlags) before(ctx context.Context, b *schema.Builder, session func() *postgres.Session) (*postgres.Session, error) {
	filled := map[schema.Name]bool{}
	for _, path := range f.schemas {
		src, err := readSQL(path)
		if err != nil {
			return nil, err
		}
		fa := parsers.Extract(ctx, src, parsers.Options{Dialect: query.PostgreSQL})
		if fa == nil {
			return nil, ctx.Err()
		}
		for i := range fa.Statements {
			st := &fa.Statements[i]
			for j := range st.Changes {
				b.Apply(&st.Changes[j])
			}
			fills(st, b, filled)
		}
		b.EndSession()
	}
	s := session()
	if len(filled) == 0 {
		return s, nil
	}
	for _, t := range b.Tables() {
		if !filled[t.Name] && t.Kind != schema.Partitioned && t.Kind != schema.MaterializedView && !filledAbove(b, t, filled) {
			s.Empty(t.Name)
		}
	}
	return s, nil
}

// filledAbove reports whether rows were put into a table that a partition is
// part of, however deep.
func filledAbove(b *schema.Builder, t *schema.Table, filled map[schema.Name]bool) bool {
	for range maxParents {
		if t == nil || t.Parent.Name == "" {
			return false
		}
		if filled[t.Parent] {
			return true
		}
		t = b.Table(t.Parent)
	}
	return false
}

// maxParents bounds how deep partitions of partitions are followed.
const maxParents = 20

// fills notes the tables that a statement puts rows into.
func fills(st *facts.Statement, b *schema.Builder, filled map[schema.Name]bool) {
	for _, q := range st.Queries {
		if len(q.Tables) > 0 && (q.Op == query.Insert || q.Op == query.Merge || strings.HasPrefix(st.Head, "COPY")) {
			if t := b.Table(schema.Name{Schema: q.Tables[0].Schema, Name: q.Tables[0].Name}); t != nil {
				filled[t.Name] = true
			}
		}
	}
	for i := range st.Changes {
		c := &st.Changes[i]
		switch c.Kind {
		case schema.CreateTable:
			if c.Def != nil && slices.ContainsFunc(st.Queries, func(q *query.Query) bool { return q.Op != query.DDL || len(q.Subqueries) > 0 }) {
				filled[c.Def.Name] = true
			}
		case schema.RenameTable, schema.SetSchema:
			if t := b.Table(schema.Name{Schema: c.Table.Schema, Name: c.To}); t != nil && filled[c.Table] {
				filled[t.Name] = true
			}
		}
	}
}

// standardInput is the name of what is no file.
const standardInput = "-"

// read gives a file, or standard input.
func (f *lockFlags) read(path string) (*source.File, error) {
	if path != standardInput {
		return readSQL(path)
	}
	text, err := io.ReadAll(f.stdin)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read standard input: %w", err)
	case source.IsBinary(text):
		return nil, errors.New("cannot read standard input: it is binary")
	}
	return source.NewFile("/stdin.sql", source.SQL, text), nil
}

func readSQL(path string) (*source.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", path, bare(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("cannot read %s: it is no file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, bare(err))
	}
	if source.IsBinary(text) {
		return nil, fmt.Errorf("cannot read %s: the file is binary", path)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	lang := source.LangOf(full)
	if lang == source.Unknown {
		lang = source.SQL
	}
	return source.NewFile(filepath.ToSlash(full), lang, text), nil
}

// migration judges a file as the migration that its project makes of it; known
// is false if there is no project or the file is none of its migrations.
func (f *lockFlags) migration(ctx context.Context, src *source.File) (list []workspace.StatementImpact, known bool, err error) {
	root := rootOf(target{path: filepath.FromSlash(src.Path)})
	if !anyOf(root, projectFiles) {
		return nil, false, nil
	}
	snap, err := f.projectAt(ctx, root)
	if err != nil || snap.Migration(src.Path) == nil {
		return nil, false, err
	}
	return snap.Impacts(src.Path), true, nil
}

// projectAt reads a project once.
func (f *lockFlags) projectAt(ctx context.Context, root string) (*workspace.Snapshot, error) {
	if snap := f.projects[root]; snap != nil {
		return snap, nil
	}
	var opts workspace.Options
	if file := diagnostics.FindConfig(root); file != "" {
		if cfg, _, err := diagnostics.LoadConfig(file, nil); err == nil {
			opts = cfg.Workspace()
		}
	}
	if f.version != 0 {
		opts.ServerVersion = f.version
	}
	snap, err := workspace.NewStore(opts).Load(ctx, []string{filepath.ToSlash(root)}, nil)
	if err != nil {
		return nil, err
	}
	if f.projects == nil {
		f.projects = map[string]*workspace.Snapshot{}
	}
	f.projects[root] = snap
	return snap, nil
}
