package migrations

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "orm-automigrate-in-prod", Category: diagnostics.Migration, Severity: diagnostics.Warning, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "The program changes the schema by itself when it starts.",
		Why: "GORM's AutoMigrate compares models and tables and alters whatever differs, without review, order or a way back. Several " +
			"instances that start at once do it side by side; a changed size or type rewrites the table under an ACCESS EXCLUSIVE lock " +
			"while the release rolls out, foreign keys and indexes are built under locks that stop writes, and columns that no model has " +
			"any more stay for ever. Tests, scripts, seeds and migrations are left alone, and so is a call that a condition guards.",
		Bad: "-- main.go --\npackage main\n\nimport \"gorm.io/gorm\"\n\ntype User struct{ ID uint }\n\n" +
			"func start(db *gorm.DB) error {\n\treturn db.AutoMigrate(&User{})\n}\n",
		Good: "-- main.go --\npackage main\n\nimport (\n\t\"os\"\n\n\t\"gorm.io/gorm\"\n)\n\ntype User struct{ ID uint }\n\n" +
			"func start(db *gorm.DB) error {\n\tif os.Getenv(\"APP_ENV\") == \"development\" {\n\t\treturn db.AutoMigrate(&User{})\n\t}\n\treturn nil\n}\n",
		FixSafety: "There is no fix: the statements belong in migrations that somebody has read.",
		Refs:      []string{"GORM, Migration, Auto Migration", "PostgreSQL manual, ALTER TABLE, Notes"},
	},
	File: autoMigrate,
})

func autoMigrate(p *diagnostics.Pass) {
	if p.File.Lang != source.Go || len(p.Facts.Programs) > 0 || p.Snapshot.Context(p.File.Path) != source.App {
		return
	}
	var guards *guards
	for i := range p.Facts.Calls {
		c := &p.Facts.Calls[i]
		if c.Name != "AutoMigrate" || len(c.Args) == 0 || !p.Snapshot.CallsOn(p.File.Path, c, "gorm", "db") {
			continue
		}
		if guards == nil {
			guards = guardsOf(p.File.Text)
		}
		if guards.around(c.NameSpan.Start) {
			continue
		}
		p.Report(diagnostics.Diagnostic{Span: c.NameSpan, Message: "AutoMigrate changes the schema when the program starts: what differs from the models is altered at " +
			"once, under locks that stop reads and writes, and by every instance that starts. Run it in development only and send migrations to production."})
	}
}

// guards are the parts of a Go file that do not run wherever the program does.
type guards struct{ parts []source.Span }

// guardsOf finds what stands under a condition other than one about an error,
// and what follows a return under such a condition about the environment.
func guardsOf(text []byte) *guards {
	g := &guards{}
	files := token.NewFileSet()
	f, _ := parser.ParseFile(files, "", text, parser.SkipObjectResolution)
	if f == nil {
		return g
	}
	at := func(p token.Pos) int { return files.PositionFor(p, false).Offset }
	part := func(from, to token.Pos) { g.parts = append(g.parts, source.Span{Start: at(from), End: at(to)}) }
	words := func(e ast.Expr) string {
		if e == nil {
			return ""
		}
		return string(text[at(e.Pos()):at(e.End())])
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			if aboutError(words(n.Cond)) {
				return true
			}
			part(n.Body.Pos(), n.Body.End())
			if n.Else != nil {
				part(n.Else.Pos(), n.Else.End())
			}
		case *ast.CaseClause:
			part(n.Colon, n.End())
		case *ast.BlockStmt:
			for _, s := range n.List {
				if i, ok := s.(*ast.IfStmt); ok && leaves(i.Body) && !aboutError(words(i.Cond)) {
					part(i.End(), n.End())
				}
			}
		}
		return true
	})
	return g
}

// aboutError reports whether a condition only asks if something failed.
func aboutError(cond string) bool {
	for _, side := range strings.Split(cond, "&&") {
		left, right, _ := strings.Cut(side, "=")
		left = strings.ToLower(strings.Trim(left, " !"))
		if !strings.HasSuffix(left, "err") && !strings.HasSuffix(left, "error") || strings.Trim(right, "= ") != "nil" {
			return false
		}
	}
	return true
}

// leaves reports whether a block ends with a return.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

func (g *guards) around(offset int) bool {
	for _, s := range g.parts {
		if s.Start <= offset && offset < s.End {
			return true
		}
	}
	return false
}
