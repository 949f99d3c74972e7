// Package programs reads migrations that are written as programs: classes of
// TypeORM and MikroORM, functions of Knex, Sequelize, node-pg-migrate, Kysely,
// goose, gormigrate and bun. Their SQL strings and builder calls become the
// statements a SQL file would hold, in the order in which the program runs
// them, each in its place in the program's text.
//
// One runner is one file here and one golden in testdata. A builder call is
// written down as the SQL it sends and read as such, so that whatever is known
// of SQL holds for it. The package imports floor 0 only.
//
// Names never decide: a program is one by what it implements, extends, imports
// or registers, or by an exported up whose parameter is used as one runner
// alone has it. Whether it stands where a runner looks is for package
// migrations to say. What cannot be told (a table's name made at run time, a
// loop over what a query found, a helper of another file) makes the program
// Partial.
//
//	list, statements := programs.Read(file, parse, models)
package programs

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// Parse reads one SQL statement, given without its semicolon; spans are bytes
// of it.
type Parse func(sql string) facts.Statement

// runner is what is known of one tool.
type runner struct {
	name string
	// reads reports the languages its migrations are written in.
	reads func(source.Lang) bool
	// find gives the migrations of a file; it must be cheap where there are none.
	find func(f *code.File) []entry
	// call reads what is done with a handle: the links of a chain that starts
	// at it. It emits what the database sees, and says whether it knew it all.
	call func(r *reader, c *chain) bool
	// other reads a chain that starts elsewhere, and says whether it is one that
	// speaks to the database; nil where there are none.
	other func(r *reader, c *chain) bool
	// hole reads what an expression that is no literal puts into SQL, nil if it
	// is not known; nil where only literals do.
	hole func(r *reader, n *code.Node, s *scope, depth int) *written
}

// entry is one migration found in a file.
type entry struct {
	version, name string
	// up and down are functions, nil if there is none.
	up, down *code.Node
	// handle is the kind of the parameter or of this that speaks to the
	// database: the index of the parameter, -1 for this.
	handle int
	class  *code.Node // around both, nil if there is none
	noTx   bool
	// partial: what it does stands elsewhere.
	partial bool
}

// runners are asked in this order; the first that finds something is right.
var runners = []*runner{&typeORM, &mikroORM, &kysely, &knex, &nodePgMigrate, &sequelize, &goose, &gormigrate, &bun}

// Read gives the migrations of a program and their statements; nothing for a
// program that is none. A program this package misreads costs its statements,
// not what else is known of the file.
func Read(f *code.File, parse Parse, models Models) (list []facts.Program, statements []facts.Statement) {
	defer func() {
		if recover() != nil {
			list, statements = nil, nil
		}
	}()
	for _, k := range runners {
		if !k.reads(f.Lang) {
			continue
		}
		entries := k.find(f)
		if len(entries) == 0 {
			continue
		}
		r := &reader{file: f, parse: parse, models: models, runner: k}
		for _, e := range entries {
			list = append(list, r.program(e))
		}
		return list, r.out
	}
	return nil, nil
}

// program reads both directions of one migration.
func (r *reader) program(e entry) facts.Program {
	r.prog = &facts.Program{Runner: r.runner.name, Version: e.version, Name: e.name, NoTx: e.noTx, Partial: e.partial}
	first := len(r.out)
	r.direction(e, e.up)
	r.prog.Statements = len(r.out) - first
	r.prog.Up, r.spans = r.spans, nil
	if e.up == nil {
		r.prog.Up = nil
	}
	up := *r.prog
	r.down, r.prog.Partial = true, false
	if !idle(e.down) {
		r.direction(e, e.down)
	}
	r.down = false
	r.prog.Down, r.spans = r.spans, nil
	// What an undo section does is no part of the history.
	r.prog.DownPartial = r.prog.Partial
	r.prog.Partial, r.prog.NoTx = up.Partial, up.NoTx
	r.prog.First, r.prog.End = first, len(r.out)
	return *r.prog
}

// idle reports whether a function does nothing, as the stubs of tools that ask
// for one.
func idle(f *code.Node) bool {
	if f == nil || f.Kind != code.Func || f.Body() == nil {
		return false
	}
	does := false
	f.Body().Walk(func(n *code.Node) bool {
		does = does || n.Kind == code.Call || n.Kind == code.Tagged || n.Kind == code.New || n.Kind == code.Throw
		return !does
	})
	return !does
}

// direction reads one function.
func (r *reader) direction(e entry, f *code.Node) {
	if f == nil {
		return
	}
	if f.Kind != code.Func || f.Body() == nil {
		r.prog.Partial = true
		return
	}
	r.spans = append(r.spans, f.Span)
	s := &scope{vars: map[string]*code.Node{}, handles: map[string]bool{}, class: e.class}
	s.surround(r.file, f.Span)
	if e.handle < 0 {
		s.this = true
	} else if params := f.Params(); e.handle < len(params) {
		s.handles[params[e.handle].Text] = true
	}
	r.body(f, s)
}

// exportedUpDown finds `export async function up`, `exports.up = ...`,
// `module.exports = { up, down }`, `export default { up, down }` and
// `export const up = ...`.
func exportedUpDown(f *code.File) (up, down *code.Node) {
	set := func(name string, n *code.Node) {
		n = function(f, n)
		if n == nil {
			return
		}
		switch name {
		case "up":
			up = n
		case "down":
			down = n
		}
	}
	for _, n := range f.Body {
		switch {
		case n.Kind == code.Func && n.Is(code.Exported):
			set(n.Text, n)
		case n.Kind == code.Var && n.Is(code.Exported) && len(n.Kids) > 1 && n.Kids[0] != nil && n.Kids[0].Kind == code.Ident:
			set(n.Kids[0].Text, n.Kids[1])
		case n.Kind == code.Export && n.Text == "":
			exportedPairs(f, n, set)
		}
	}
	return up, down
}

// exportedValue is what a module exports under a name, nil if it does not.
func exportedValue(f *code.File, name string) (value *code.Node) {
	for _, n := range f.Body {
		switch n.Kind {
		case code.Var:
			if n.Is(code.Exported) && len(n.Kids) > 1 && n.Kids[0] != nil && n.Kids[0].Text == name {
				value = n.Kids[1]
			}
		case code.Export:
			if p := n.Pair(name); p != nil && len(p.Kids) > 0 {
				value = p.Kids[0]
			} else if p := n.Pair("default"); p != nil && len(p.Kids) > 0 && object(f, p.Kids[0]).Get(name) != nil {
				value = object(f, p.Kids[0]).Get(name)
			}
		}
	}
	return value
}

// exportedPairs calls set for what an export names, also inside the object
// that is exported as a whole.
func exportedPairs(f *code.File, n *code.Node, set func(string, *code.Node)) {
	for _, p := range n.Kids {
		switch {
		case p == nil:
		case p.Kind == code.Func:
			set(p.Text, p)
		case p.Kind == code.Pair && len(p.Kids) > 0:
			set(p.Text, p.Kids[0])
			if o := object(f, p.Kids[0]); p.Text == "default" && o != nil {
				exportedPairs(f, o, set)
			}
		}
	}
}

// object is a value written as an object literal, nil for any other.
func object(f *code.File, n *code.Node) *code.Node {
	n = strip(n)
	if n != nil && n.Kind == code.Ident {
		n = strip(topLevel(f, n.Text))
	}
	if n != nil && n.Kind == code.Object {
		return n
	}
	return nil
}

// function is the function an expression names or is, nil if it is none.
func function(f *code.File, n *code.Node) *code.Node {
	n = strip(n)
	if n != nil && n.Kind == code.Ident {
		n = strip(topLevel(f, n.Text))
	}
	if n != nil && n.Kind == code.Func {
		return n
	}
	return nil
}

// topLevel is what a top-level name is declared as: a function, or the initial
// value of a variable.
func topLevel(f *code.File, name string) *code.Node {
	if name == "" {
		return nil
	}
	for _, n := range f.Body {
		switch {
		case n.Kind == code.Func && n.Text == name && n.Receiver() == nil:
			return n
		case n.Kind == code.Var && len(n.Kids) > 1 && n.Kids[0] != nil && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == name:
			return n.Kids[1]
		}
	}
	return nil
}

// strip takes off what does not change a value.
func strip(n *code.Node) *code.Node {
	for n != nil && (n.Kind == code.Assert || n.Kind == code.Await || n.Kind == code.Unary && n.Text == "&") && len(n.Kids) > 0 {
		n = n.Kids[0]
	}
	return n
}

// imported gives the local name of a symbol of one of the modules, "" if the
// file does not import it. A Go import is found by its module alone; its local
// name is then that of the package.
func imported(f *code.File, symbol string, modules ...string) string {
	for _, n := range f.Body {
		if n.Kind != code.Import {
			continue
		}
		for _, m := range modules {
			if n.Text != m {
				continue
			}
			for _, p := range n.Kids {
				if p != nil && p.Kind == code.Pair && p.Text == symbol && len(p.Kids) > 0 && p.Kids[0] != nil {
					return p.Kids[0].Text
				}
			}
		}
	}
	return ""
}

// typed reports whether a parameter is declared as a type that is imported
// from one of the modules.
func typed(f *code.File, param *code.Node, name string, modules ...string) bool {
	if param == nil || param.Type == nil {
		return false
	}
	t := param.Type
	for t.Kind == code.Pointer && t.Elem != nil {
		t = t.Elem
	}
	if t.Kind != code.Named {
		return false
	}
	if t.Qual != "" {
		for _, whole := range []string{"*", "default", t.Qual} {
			if imported(f, whole, modules...) == t.Qual {
				return t.Name == name
			}
		}
		return false
	}
	return t.Name != "" && imported(f, name, modules...) == t.Name
}

// version splits "1700000000_name" and the like off a name's digits.
func version(digits string) string {
	end := len(digits)
	for end > 0 && digits[end-1] >= '0' && digits[end-1] <= '9' {
		end--
	}
	return digits[end:]
}

func script(l source.Lang) bool { return l.Script() }

func isGo(l source.Lang) bool { return l == source.Go }
