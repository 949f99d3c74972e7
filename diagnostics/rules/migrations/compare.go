package migrations

import (
	"regexp"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// between are the differences of two states of one table. Names of indexes and
// constraints, and the order of columns, do not count.
func (r *round) between(was, is *schema.Table) []gap {
	table := was.Name.String()
	var out []gap
	for _, c := range is.Columns {
		if was.Column(c.Name) == nil {
			out = append(out, gap{"column `" + table + "." + c.Name + "`", leftOver, c.Origin})
		}
	}
	for _, c := range was.Columns {
		now := is.Column(c.Name)
		if now == nil {
			out = append(out, gap{what: "column `" + table + "." + c.Name + "`", how: missing})
		} else if how := r.differs(c, now); how != "" {
			out = append(out, gap{what: "column `" + table + "." + c.Name + "`", how: how})
		}
	}
	// What names a column that is left over or missing goes with it.
	gone := func(cols []string) bool {
		for _, c := range cols {
			if was.Column(c) == nil || is.Column(c) == nil {
				return true
			}
		}
		return false
	}
	before, after := objectsOf(was, gone), objectsOf(is, gone)
	for _, o := range after {
		switch {
		case before.has(o.key):
		case before.named(o.what):
			out = append(out, gap{what: o.what, how: "is not what it was"})
		default:
			out = append(out, gap{o.what, leftOver, o.at})
		}
	}
	for _, o := range before {
		if !after.has(o.key) && !after.named(o.what) {
			out = append(out, gap{what: o.what, how: missing})
		}
	}
	return out
}

// differs says how a column is not what it was, "" if it is. One that was
// dropped and made again has lost its values: that it now allows NULL or has a
// default is the price of that.
func (r *round) differs(was, is *schema.Column) string {
	if typeKey(was) != typeKey(is) && !(r.built && family(was) == family(is)) {
		return "has type " + typeText(is) + " instead of " + typeText(was)
	}
	if was.Origin != is.Origin {
		return ""
	}
	before, now := defaultOf(was), defaultOf(is)
	_, enum := r.is.Enum(typeName(is.Type))
	switch {
	case was.NotNull && !is.NotNull:
		return "allows NULL, which it did not"
	case is.NotNull && !was.NotNull:
		return "is NOT NULL, which it was not"
	case was.Generated != is.Generated || before == "" && now == "":
		return "" // serial and identity are ways to write one thing
	case before == "":
		return "has a default it did not have"
	case now == "":
		return "has lost its default"
	case before != now && !enum: // a label may have been renamed, and the default with it
		return "has default " + is.Default + " instead of " + was.Default
	}
	return ""
}

// defaultOf is a default in words to compare, "" for none and for NULL.
func defaultOf(c *schema.Column) string {
	if d := sameText(c.Default); d != "null" {
		return d
	}
	return ""
}

// typeKey is a type to compare; varchar without a length takes what text takes.
func typeKey(c *schema.Column) string {
	name := typeName(c.Type).Name
	if name == "varchar" && c.Modifier == "" {
		name = "text"
	}
	return strings.ToLower(name + "(" + strings.ReplaceAll(c.Modifier, " ", "") + ")" + strings.Repeat("[]", c.Array))
}

// family is a type without what a builder adds to it.
func family(c *schema.Column) string {
	name := strings.ToLower(typeName(c.Type).Name)
	if name == "varchar" || name == "bpchar" {
		name = "text"
	}
	return name + strings.Repeat("[]", c.Array)
}

func typeText(c *schema.Column) string {
	t := typeName(c.Type).Name
	if c.Modifier != "" {
		t += "(" + c.Modifier + ")"
	}
	return t + strings.Repeat("[]", c.Array)
}

var cast = regexp.MustCompile(`::[a-z_0-9." ]+(\([0-9, ]*\))?(\[\])*`)

// synonyms are spellings of one function (PostgreSQL manual, 9.4).
var synonyms = strings.NewReplacer("char_length(", "length(", "character_length(", "length(", "current_timestamp", "now()", "public.", "")

// saysNotNull is a CHECK that says what NOT NULL says.
var saysNotNull = regexp.MustCompile(`(?i)^\s*\(*"?\w+"?\)*\s+is\s+not\s+null\s*\)*\s*$`)

// sameText is an expression without what may be written or left out.
func sameText(expr string) string {
	s := synonyms.Replace(cast.ReplaceAllString(strings.ToLower(expr), ""))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n()\"", r) {
			return -1
		}
		return r
	}, s)
}

// object is a key, index or constraint of a table.
type object struct {
	key, what string
	at        schema.Origin
}

type objects []object

func (l objects) has(key string) bool {
	for _, o := range l {
		if o.key == key {
			return true
		}
	}
	return false
}

func (l objects) named(what string) bool {
	for _, o := range l {
		if o.what == what {
			return true
		}
	}
	return false
}

// objectsOf lists what stands on a table's columns, without what names a column
// that is gone.
func objectsOf(t *schema.Table, gone func([]string) bool) objects {
	var out objects
	constraints := t.Constraints
	if t.PrimaryKey != nil {
		constraints = append([]*schema.Constraint{t.PrimaryKey}, constraints...)
	}
	for _, k := range constraints {
		if k.Kind == schema.NotNullConstraint || k.Kind == schema.Check && saysNotNull.MatchString(k.Expr) || gone(k.Columns) {
			continue
		}
		b := *k
		b.Name, b.NotValid, b.NotEnforced, b.Deferrable, b.Expr = "", false, false, false, sameText(k.Expr)
		b.References.Schema, b.RefColumns = "", nil
		if k.Kind == schema.Unique {
			b = schema.Constraint{Kind: schema.Unique, Columns: k.Columns}
		}
		what := "constraint `" + k.Name + "`"
		if k.Kind == schema.PrimaryKey {
			b.Include = nil
			what = "the primary key of `" + t.Name.String() + "`"
		}
		out = append(out, object{strings.ToLower(b.Dump()), what + onTable(k.Kind, t), k.Origin})
	}
	for _, x := range t.Indexes {
		if gone(x.WhereColumns) || gone(x.Include) || gone(plainParts(x)) {
			continue
		}
		b := *x
		b.Name, b.Invalid, b.Where, b.WhereColumns = "", false, sameText(x.Where), nil
		b.Parts = append([]schema.IndexPart(nil), x.Parts...)
		for i := range b.Parts {
			b.Parts[i].Expr = sameText(b.Parts[i].Expr)
		}
		key := b.Dump()
		if cols := x.Columns(); x.Unique && x.Where == "" && len(cols) == len(x.Parts) && len(x.Include) == 0 && !x.NullsNotDistinct {
			key = (&schema.Constraint{Kind: schema.Unique, Columns: cols}).Dump() // enforces the same
		}
		out = append(out, object{strings.ToLower(key), "index `" + x.Name + "` on `" + t.Name.String() + "`", x.Origin})
	}
	return out
}

func onTable(k schema.ConstraintKind, t *schema.Table) string {
	if k == schema.PrimaryKey {
		return ""
	}
	return " on `" + t.Name.String() + "`"
}

func plainParts(x *schema.Index) []string {
	var out []string
	for _, p := range x.Parts {
		if p.Column != "" {
			out = append(out, p.Column)
		}
	}
	return out
}
