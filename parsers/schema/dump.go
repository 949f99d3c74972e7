package schema

import (
	"fmt"
	"strings"
)

// Dump prints c for goldens: the change on the first line, what it declares
// indented below, no spans.
func (c Change) Dump() string {
	var b strings.Builder
	b.WriteString(words(c.Kind.String(), braced(c.Action), braced(c.Object), c.Table.full(), c.Column, prefixed("to ", c.To),
		prefixed("other ", c.Other.full()), prefixed("using index ", c.UsingIndex), braced(strings.Join(c.Values, ", ")),
		prefixed("bound ", c.Bound), flag(c.Using, "using"), braced(c.Expr), c.flags()))
	b.WriteByte('\n')
	if c.ColumnDef != nil {
		b.WriteString("  " + c.ColumnDef.Dump() + "\n")
	}
	if c.Constraint != nil {
		b.WriteString("  " + c.Constraint.Dump() + "\n")
	}
	if c.Index != nil {
		b.WriteString("  " + c.Index.Dump() + "\n")
	}
	if c.Routine != nil {
		b.WriteString("  " + c.Routine.Dump() + "\n")
	}
	if c.Def != nil {
		for _, line := range strings.SplitAfter(c.Def.Dump(), "\n") {
			if line != "" {
				b.WriteString("  " + line)
			}
		}
	}
	return b.String()
}

func (c Change) flags() string {
	return words(flag(c.Concurrently, "concurrently"), flag(c.IfExists, "if-exists"), flag(c.IfNotExists, "if-not-exists"),
		flag(c.Cascade, "cascade"), flag(c.Only, "only"), flag(c.Replace, "or-replace"), flag(c.Local, "local"),
		flag(c.RestartIdentity, "restart-identity"), flag(c.Inline, "inline"), flag(c.Conditional, "conditional"))
}

var tableKinds = [...]string{"table", "view", "materialized view", "partitioned table", "partition", "foreign table", "temporary table"}

// Dump prints a table with everything on it, one line each.
func (t *Table) Dump() string {
	var b strings.Builder
	fmt.Fprintln(&b, words(tableKinds[t.Kind], t.Name.full(), braced(t.Model), flag(t.Unlogged, "unlogged"), prefixed("by ", t.PartitionBy),
		prefixed("of ", t.Parent.full()), t.Bound, prefixed("inherits ", names(t.Inherits)), prefixed("like ", names(t.Like)), flag(t.Open, "open")))
	for _, c := range t.Columns {
		fmt.Fprintln(&b, "  "+c.Dump())
	}
	if t.PrimaryKey != nil {
		fmt.Fprintln(&b, "  "+t.PrimaryKey.Dump())
	}
	for _, c := range t.Constraints {
		fmt.Fprintln(&b, "  "+c.Dump())
	}
	for _, x := range t.Indexes {
		fmt.Fprintln(&b, "  "+x.Dump())
	}
	for _, d := range t.Disagreements {
		fmt.Fprintln(&b, "  disagreement: "+d.What)
	}
	return b.String()
}

// Dump is the column as one line.
func (c *Column) Dump() string {
	return words("column", c.Name, c.TypeAs(c.Type), flag(c.NotNull, "not-null"), prefixed("collate ", c.Collation),
		prefixed("generated:", c.Generated), prefixed("default ", c.Default), prefixed("field:", c.Field))
}

var constraintKinds = [...]string{"primary key", "unique", "foreign key", "check", "exclude", "not null"}

// Dump is the constraint as one line.
func (k *Constraint) Dump() string {
	refs := ""
	if k.Kind == ForeignKey {
		refs = words("->", k.References.full()+bracketed(k.RefColumns))
	}
	return words(constraintKinds[k.Kind], k.Name, bracketed(k.Columns), refs, prefixed("on-delete:", strings.ReplaceAll(k.OnDelete, " ", "-")),
		prefixed("on-update:", strings.ReplaceAll(k.OnUpdate, " ", "-")), prefixed("include ", bracketed(k.Include)), braced(k.Expr),
		flag(k.Deferrable, "deferrable"), flag(k.NotValid && !k.NotEnforced, "not-valid"), flag(k.NotEnforced, "not-enforced"))
}

// Dump is the index as one line.
func (x *Index) Dump() string {
	parts := make([]string, len(x.Parts))
	for i, p := range x.Parts {
		parts[i] = words(p.Column, braced(p.Expr), prefixed("collate ", p.Collation), p.OpClass, flag(p.Desc, "desc"), prefixed("nulls ", p.Nulls))
	}
	return words(flag(x.Unique, "unique"), "index", x.Name, x.Method, bracketed(parts), prefixed("include ", bracketed(x.Include)),
		flag(x.NullsNotDistinct, "nulls-not-distinct"), prefixed("where ", x.Where), prefixed("on ", bracketed(x.WhereColumns)), flag(x.Invalid, "invalid"))
}

// Dump is the routine as one line.
func (r *Routine) Dump() string {
	kind := "function"
	if r.Procedure {
		kind = "procedure"
	}
	return words(kind, r.Name.full()+"("+strings.Join(r.Args, ", ")+")", prefixed("params ", strings.Join(r.Params, ", ")), prefixed("returns ", r.Returns), r.Language, r.Volatility)
}

// full is the name with its schema, whatever it is.
func (n Name) full() string {
	if n.Schema == "" {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

func names(list []Name) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.full()
	}
	return strings.Join(out, ", ")
}

func words(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

func flag(on bool, word string) string {
	if on {
		return word
	}
	return ""
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func braced(s string) string {
	if s == "" {
		return ""
	}
	return "{" + s + "}"
}

func bracketed(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "(" + strings.Join(list, ", ") + ")"
}
