package migrations

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// round replays a migration up and down on the schema before it.
type round struct {
	was, is *schema.Builder
	// touched are the tables that some change touched, enums the types.
	touched, enums []schema.Name
	// cascaded: something was dropped with all that rests on it, views included.
	cascaded bool
	// built: builders say what a column is, in their own words: the length of a
	// text and the precision of a time are theirs more often than wanted.
	built bool
	// ownTypes: the tool makes enum types with a column, minds none that is
	// there already, and drops none.
	ownTypes bool
}

func newRound(before *schema.Catalog) *round {
	return &round{was: schema.NewBuilder(before), is: schema.NewBuilder(before)}
}

// inSections are the indexes of the statements that stand in one of the places.
func inSections(fa *facts.Facts, sections []source.Span) (out []int) {
	for i := range fa.Statements {
		if covers(sections, fa.Statements[i].Span) {
			out = append(out, i)
		}
	}
	return out
}

// run replays the statements of one direction, given by their indexes; false if
// what they do is not known for sure.
func (r *round) run(fa *facts.Facts, list []int, text []byte) bool {
	for _, i := range list {
		st := &fa.Statements[i]
		if st.Problem != nil || runsCode(st, text) {
			return false
		}
		for k := range st.Changes {
			if !r.apply(&st.Changes[k]) {
				return false
			}
		}
	}
	r.is.EndSession()
	return true
}

// callsFunction is a SELECT without a table that calls what may change anything.
var callsFunction = regexp.MustCompile(`(?i)^select\s+[\w."]+\s*\(`)

// runsCode reports whether a statement runs what cannot be read.
func runsCode(st *facts.Statement, text []byte) bool {
	switch verb, _, _ := strings.Cut(st.Head, " "); verb {
	case "DO", "CALL", "EXECUTE":
		return true
	case "SELECT":
		s := st.SQL
		if s == "" {
			s = st.Span.In(text)
		}
		return callsFunction.MatchString(s) && !strings.Contains(strings.ToLower(s), "setval")
	}
	return false
}

func (r *round) apply(c *schema.Change) bool {
	if c.Conditional || c.Kind == schema.Opaque {
		return false
	}
	r.cascaded = r.cascaded || c.Cascade
	if c.Kind == schema.OtherDDL {
		switch c.Action {
		case "create type enum", "drop type", "rename type":
			r.enums = append(r.enums, c.Other)
		case "drop schema", "drop extension", "drop owned", "drop database", "drop sequence", "drop domain":
			if c.Cascade || c.Action == "drop owned" || c.Action == "drop database" {
				return false
			}
		}
		r.is.Apply(c)
		return true
	}
	before, after := r.is.Apply(c)
	switch c.Kind {
	case schema.Begin, schema.Commit, schema.SetParameter, schema.Truncate:
		return true
	case schema.Rollback:
		return false
	case schema.CreateTable, schema.CreateView:
		if after == nil {
			return false
		}
	case schema.DropTable, schema.DropView:
		if before == nil {
			return c.IfExists
		}
	case schema.DropIndex, schema.DropConstraint, schema.DropColumn, schema.RenameColumn, schema.RenameConstraint, schema.RenameIndex, schema.RenameTable, schema.SetSchema:
		if before == nil || before == after {
			// Its table may be gone already, with all it had.
			return c.IfExists && c.Table.Name != "" && before == nil
		}
	default:
		if before == nil {
			return false
		}
	}
	for _, t := range []*schema.Table{before, after} {
		if t != nil && !slices.Contains(r.touched, t.Name) {
			r.touched = append(r.touched, t.Name)
		}
	}
	return true
}

// quiet reports whether nothing was touched.
func (r *round) quiet() bool { return len(r.touched)+len(r.enums) == 0 }

// gap is one difference between the schema before and after the round.
type gap struct {
	what, how string
	at        schema.Origin
}

const (
	leftOver = "is left over"
	missing  = "is missing"
)

func (r *round) compare() []gap {
	var out []gap
	for _, n := range r.touched {
		was, is := exactly(r.was, n), exactly(r.is, n)
		switch {
		case was == is:
		case was == nil:
			if is.Kind != schema.Temporary && !(r.cascaded && isView(is)) {
				out = append(out, gap{kindOf(is) + " `" + n.String() + "`", leftOver, origin(is)})
			}
		case is == nil:
			if was.Kind != schema.Temporary {
				out = append(out, gap{what: kindOf(was) + " `" + n.String() + "`", how: missing})
			}
		case !isView(was) && !isView(is) && !was.Open && !is.Open:
			out = append(out, r.between(was, is)...)
		}
	}
	for i, n := range r.enums {
		if slices.Contains(r.enums[:i], n) {
			continue
		}
		_, was := r.was.Enum(n)
		_, is := r.is.Enum(n)
		if was && !is {
			out = append(out, gap{what: "type `" + n.String() + "`", how: missing})
		} else if is && !was && !r.ownTypes {
			out = append(out, gap{what: "type `" + n.String() + "`", how: leftOver})
		}
	}
	return out
}

// exactly is the table of that name, in that schema.
func exactly(b *schema.Builder, n schema.Name) *schema.Table {
	t := b.Table(n)
	if t == nil || t.Name.String() != n.String() {
		return nil
	}
	return t
}

func isView(t *schema.Table) bool {
	return t.Kind == schema.View || t.Kind == schema.MaterializedView
}

func kindOf(t *schema.Table) string {
	if isView(t) {
		return "view"
	}
	return "table"
}

func origin(t *schema.Table) schema.Origin {
	if len(t.Origins) == 0 {
		return schema.Origin{}
	}
	return t.Origins[0]
}
