package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
)

// other lowers what the catalog does not model: the change says what the
// statement does and to what.
func (l *lowerer) other(n *pg.Node) {
	c := schema.Change{Kind: schema.OtherDDL, Action: l.command()}
	if list := relations(n); len(list) > 0 && list[0] != nil {
		c.Table = nameOf(list[0])
		c.NameSpan, _ = l.relation(list[0])
	}
	switch x := n.GetNode().(type) {
	case *pg.Node_AlterObjectSchemaStmt:
		l.setSchema(&c, x.AlterObjectSchemaStmt)
	case *pg.Node_AlterOwnerStmt:
		c.Object, c.To = object(x.AlterOwnerStmt.ObjectType), x.AlterOwnerStmt.Newowner.GetRolename()
		c.Action, c.Other = "alter "+c.Object+" owner to", qualified(objectParts(x.AlterOwnerStmt.Object))
	case *pg.Node_CreateTrigStmt:
		c.Column, c.Object, c.Other, c.Replace = x.CreateTrigStmt.Trigname, "trigger", qualified(x.CreateTrigStmt.Funcname), x.CreateTrigStmt.Replace
	case *pg.Node_CreatePolicyStmt:
		c.Column, c.Object = x.CreatePolicyStmt.PolicyName, "policy"
	case *pg.Node_AlterPolicyStmt:
		c.Column, c.Object = x.AlterPolicyStmt.PolicyName, "policy"
	case *pg.Node_RuleStmt:
		c.Column, c.Object = x.RuleStmt.Rulename, "rule"
	case *pg.Node_CreateExtensionStmt:
		c.Column, c.Object, c.IfNotExists = x.CreateExtensionStmt.Extname, "extension", x.CreateExtensionStmt.IfNotExists
	case *pg.Node_CreateSchemaStmt:
		c.Column, c.Object, c.IfNotExists = x.CreateSchemaStmt.Schemaname, "schema", x.CreateSchemaStmt.IfNotExists
	case *pg.Node_CreateSeqStmt:
		c.Object, c.Other, c.IfNotExists = "sequence", nameOf(x.CreateSeqStmt.Sequence), x.CreateSeqStmt.IfNotExists
	case *pg.Node_AlterSeqStmt:
		c.Object, c.Other, c.IfExists = "sequence", nameOf(x.AlterSeqStmt.Sequence), x.AlterSeqStmt.MissingOk
	case *pg.Node_CommentStmt:
		c.Object = object(x.CommentStmt.Objtype)
		l.commented(&c, x.CommentStmt)
	default:
		l.types(&c, n)
		if !l.maintenance(&c, n) {
			return
		}
	}
	if c.Other.Name != "" && c.NameSpan.Empty() {
		c.NameSpan = l.named(l.first+1, l.end(), c.Other.Name)
	}
	if c.Column != "" {
		if s := l.named(l.first+1, l.end(), c.Column); !s.Empty() {
			c.NameSpan = s
		}
	}
	l.change(c)
}

// command is the statement's leading keywords in lower case: "create trigger",
// "vacuum", "alter default privileges".
func (l *lowerer) command() string {
	first := strings.ToLower(l.in(l.first))
	i := l.first + 1
	if l.seq(i, "OR", "REPLACE") {
		i += 2
	}
	second := strings.ToLower(l.in(i))
	switch first {
	case "create", "alter", "drop", "comment", "security":
		if two := second + " " + strings.ToLower(l.in(i+1)); twoWords[two] {
			return first + " " + two
		}
		return first + " " + second
	case "refresh":
		return "refresh materialized view"
	case "reindex":
		for ; i < l.end(); i++ {
			if l.any(i, "INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM") && l.list[i].depth == 0 {
				return "reindex " + strings.ToLower(l.in(i))
			}
		}
	}
	return first
}

// twoWords are the kinds of object named by more than one word.
var twoWords = map[string]bool{
	"materialized view": true, "event trigger": true, "foreign table": true, "foreign data": true, "default privileges": true,
	"text search": true, "access method": true, "operator class": true, "operator family": true, "user mapping": true,
	"large object": true, "on table": true, "on column": true, "constraint trigger": true,
}

func (l *lowerer) setSchema(c *schema.Change, x *pg.AlterObjectSchemaStmt) {
	c.Object, c.To, c.IfExists = object(x.ObjectType), x.Newschema, x.MissingOk
	switch x.ObjectType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE:
		c.Kind, c.Action = schema.SetSchema, ""
	default:
		c.Action, c.Other = "alter "+c.Object+" set schema", qualified(objectParts(x.Object))
	}
}

// commented names what COMMENT ON is about.
func (l *lowerer) commented(c *schema.Change, x *pg.CommentStmt) {
	parts := objectParts(x.Object)
	switch x.Objtype {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW:
		c.Table = qualified(parts)
	case pg.ObjectType_OBJECT_COLUMN:
		if len(parts) > 1 {
			c.Column, c.Table = last(parts), qualified(parts[:len(parts)-1])
		}
	default:
		c.Other = qualified(parts)
	}
}

// maintenance lowers VACUUM, CLUSTER, REINDEX, LOCK and their like, one change
// a table; more tells whether c itself is still to be added.
func (l *lowerer) maintenance(c *schema.Change, n *pg.Node) (more bool) {
	switch x := n.GetNode().(type) {
	case *pg.Node_VacuumStmt:
		for _, o := range x.VacuumStmt.Options {
			if d := o.GetDefElem(); d.GetDefname() == "full" && !off(d) {
				c.Action = "vacuum full"
			}
		}
		return l.perTable(*c, x.VacuumStmt.Rels)
	case *pg.Node_LockStmt:
		c.To = lockMode(x.LockStmt.Mode)
		return l.perTable(*c, x.LockStmt.Relations)
	case *pg.Node_ReindexStmt:
		c.Concurrently = l.find(l.first, l.end(), 0, "CONCURRENTLY") >= 0
		for _, o := range x.ReindexStmt.Params {
			if d := o.GetDefElem(); d.GetDefname() == "concurrently" && !off(d) {
				c.Concurrently = true
			}
		}
		if x.ReindexStmt.Kind == pg.ReindexObjectType_REINDEX_OBJECT_INDEX {
			c.Column, c.Table.Name = x.ReindexStmt.Relation.GetRelname(), ""
		} else if x.ReindexStmt.Name != "" {
			c.Column = x.ReindexStmt.Name
		}
	case *pg.Node_ClusterStmt:
		c.Column = x.ClusterStmt.Indexname
	case *pg.Node_RefreshMatViewStmt:
		c.Concurrently = x.RefreshMatViewStmt.Concurrent
		if x.RefreshMatViewStmt.SkipData {
			c.To = "with no data"
		}
	case *pg.Node_ExplainStmt, *pg.Node_CopyStmt, *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt,
		*pg.Node_PrepareStmt, *pg.Node_ExecuteStmt, *pg.Node_DeallocateStmt, *pg.Node_DeclareCursorStmt, *pg.Node_FetchStmt,
		*pg.Node_ClosePortalStmt, *pg.Node_VariableShowStmt, *pg.Node_CallStmt, *pg.Node_NotifyStmt, *pg.Node_ListenStmt, *pg.Node_UnlistenStmt:
		return false
	}
	return true
}

// off reports whether an option is written as false.
func off(d *pg.DefElem) bool {
	v := strings.ToLower(d.GetArg().GetString_().GetSval())
	return v == "false" || v == "off" || d.GetArg().GetBoolean() != nil && !d.GetArg().GetBoolean().Boolval || d.GetArg().GetInteger() != nil && d.GetArg().GetInteger().Ival == 0
}

func (l *lowerer) perTable(c schema.Change, list []*pg.Node) (more bool) {
	for _, n := range list {
		v := n.GetRangeVar()
		if r := n.GetVacuumRelation(); r != nil {
			v = r.Relation
		}
		one := c
		one.Table = nameOf(v)
		one.NameSpan, _ = l.relation(v)
		l.change(one)
	}
	return len(list) == 0
}

// lockMode is the lock level by its number (manual, "Explicit Locking").
func lockMode(mode int32) string {
	modes := []string{"", "access share", "row share", "row exclusive", "share update exclusive", "share", "share row exclusive", "exclusive", "access exclusive"}
	if mode < 0 || int(mode) >= len(modes) {
		return ""
	}
	return modes[mode]
}

// types lowers CREATE and ALTER of types and domains.
func (l *lowerer) types(c *schema.Change, n *pg.Node) {
	switch x := n.GetNode().(type) {
	case *pg.Node_CreateEnumStmt:
		c.Object, c.Other, c.Values, c.Action = "type", qualified(x.CreateEnumStmt.TypeName), strs(x.CreateEnumStmt.Vals), "create type enum"
	case *pg.Node_AlterEnumStmt:
		e := x.AlterEnumStmt
		c.Object, c.Other, c.IfNotExists = "type", qualified(e.TypeName), e.SkipIfNewValExists
		if c.Action, c.Values = "alter type add value", []string{e.NewVal}; e.OldVal != "" {
			c.Action, c.Values, c.To = "alter type rename value", []string{e.OldVal}, e.NewVal
		}
	case *pg.Node_CompositeTypeStmt:
		c.Object, c.Other = "type", nameOf(x.CompositeTypeStmt.Typevar)
	case *pg.Node_CreateRangeStmt:
		c.Object, c.Other = "type", qualified(x.CreateRangeStmt.TypeName)
	case *pg.Node_AlterTypeStmt:
		c.Object, c.Other = "type", qualified(x.AlterTypeStmt.TypeName)
	case *pg.Node_CreateDomainStmt:
		d := x.CreateDomainStmt
		c.Object, c.Other = "domain", qualified(d.Domainname)
		c.ColumnDef, c.Constraint = l.domain(d)
	case *pg.Node_AlterDomainStmt:
		d := x.AlterDomainStmt
		c.Object, c.Other, c.Column, c.IfExists = "domain", qualified(d.TypeName), d.Name, d.MissingOk
		c.Action = map[string]string{"T": "alter domain default", "N": "alter domain drop not null", "O": "alter domain set not null",
			"C": "alter domain add constraint", "X": "alter domain drop constraint", "V": "alter domain validate constraint"}[d.Subtype]
		if k := d.Def.GetConstraint(); k != nil {
			c.Constraint = l.domainConstraint(k, c.Other.Name)
		}
	}
}

// domain is the base of a domain, as a column without a name, and its check.
func (l *lowerer) domain(d *pg.CreateDomainStmt) (*schema.Column, *schema.Constraint) {
	col := &schema.Column{Origin: l.origin(l.stmt, l.stmt)}
	col.Type, col.Modifier, col.Array = typeOf(d.TypeName)
	var check *schema.Constraint
	for i, n := range d.Constraints {
		k := n.GetConstraint()
		switch k.GetContype() {
		case pg.ConstrType_CONSTR_NOTNULL:
			col.NotNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			col.Default = l.behind(l.clause(d.Constraints, i, l.stmt), "DEFAULT")
		case pg.ConstrType_CONSTR_CHECK:
			check = l.domainConstraint(k, last(d.Domainname))
		}
	}
	return col, check
}

func (l *lowerer) domainConstraint(k *pg.Constraint, domain string) *schema.Constraint {
	at := l.stmt
	if k.Location >= 0 {
		at.Start = int(k.Location)
	}
	b := &builder{l: l, t: &schema.Table{Name: schema.Name{Name: domain}}, names: map[string]bool{}}
	c := b.constraint(k, at, nil)
	if c != nil && k.Conname == "" {
		c.Made = &schema.MadeName{Label: "check"}
		c.Name = c.Made.Of(domain)
	}
	return c
}
