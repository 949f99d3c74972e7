package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
)

// drop lowers DROP of every kind of object, one change a name.
func (l *lowerer) drop(x *pg.DropStmt) {
	from := l.dropNames(x)
	cells := l.items(from, l.end(), 0)
	for i, n := range x.Objects {
		c := schema.Change{Kind: schema.OtherDDL, Concurrently: x.Concurrent, IfExists: x.MissingOk,
			Cascade: x.Behavior == pg.DropBehavior_DROP_CASCADE, Object: object(x.RemoveType)}
		parts := objectParts(n)
		if i < len(cells) {
			c.NameSpan, _, _ = l.name(cells[i][0])
			if len(x.Objects) > 1 {
				c.Span = c.NameSpan
			}
		}
		switch x.RemoveType {
		case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_FOREIGN_TABLE:
			c.Kind, c.Table = schema.DropTable, qualified(parts)
		case pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW:
			c.Kind, c.Table = schema.DropView, qualified(parts)
		case pg.ObjectType_OBJECT_INDEX:
			c.Kind, c.Column = schema.DropIndex, last(parts)
			c.Table.Schema = qualified(parts).Schema
		case pg.ObjectType_OBJECT_TRIGGER, pg.ObjectType_OBJECT_POLICY, pg.ObjectType_OBJECT_RULE:
			if len(parts) > 0 {
				c.Column, c.Table = last(parts), qualified(parts[:len(parts)-1])
			}
		default:
			c.Other = qualified(parts)
		}
		if c.Kind == schema.OtherDDL {
			c.Action = "drop " + c.Object
		}
		l.change(c)
	}
}

// dropNames is the first name to drop: behind the kind of object,
// CONCURRENTLY and IF EXISTS.
func (l *lowerer) dropNames(x *pg.DropStmt) int {
	i := l.first + 2
	switch x.RemoveType {
	case pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE, pg.ObjectType_OBJECT_ACCESS_METHOD,
		pg.ObjectType_OBJECT_EVENT_TRIGGER, pg.ObjectType_OBJECT_OPCLASS, pg.ObjectType_OBJECT_OPFAMILY:
		i++
	case pg.ObjectType_OBJECT_FDW, pg.ObjectType_OBJECT_TSCONFIGURATION, pg.ObjectType_OBJECT_TSDICTIONARY,
		pg.ObjectType_OBJECT_TSPARSER, pg.ObjectType_OBJECT_TSTEMPLATE:
		i += 2
	}
	if x.Concurrent && l.is(i, "CONCURRENTLY") {
		i++
	}
	if x.MissingOk && l.seq(i, "IF", "EXISTS") {
		i += 2
	}
	return i
}

// objectParts are the parts of an object's name, whatever node holds it.
func objectParts(n *pg.Node) []*pg.Node {
	switch x := n.GetNode().(type) {
	case *pg.Node_List:
		return x.List.Items
	case *pg.Node_String_:
		return []*pg.Node{n}
	case *pg.Node_TypeName:
		return x.TypeName.Names
	case *pg.Node_ObjectWithArgs:
		return x.ObjectWithArgs.Objname
	}
	return nil
}

// rename lowers ALTER ... RENAME of tables, columns, constraints, indexes and
// whatever else has a name.
func (l *lowerer) rename(x *pg.RenameStmt) {
	at, after := l.relation(x.Relation)
	c := schema.Change{Kind: schema.OtherDDL, Table: nameOf(x.Relation), To: x.Newname, NameSpan: at, IfExists: x.MissingOk,
		Object: object(x.RenameType), Cascade: x.Behavior == pg.DropBehavior_DROP_CASCADE}
	old := l.named(after, l.end(), x.Subname)
	switch x.RenameType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE:
		c.Kind = schema.RenameTable
	case pg.ObjectType_OBJECT_COLUMN:
		c.Kind, c.Column, c.NameSpan = schema.RenameColumn, x.Subname, old
		c.Object = object(x.RelationType)
	case pg.ObjectType_OBJECT_TABCONSTRAINT:
		c.Kind, c.Column, c.NameSpan = schema.RenameConstraint, x.Subname, old
	case pg.ObjectType_OBJECT_INDEX:
		c.Kind, c.Column = schema.RenameIndex, x.Relation.GetRelname()
		c.Table = schema.Name{Schema: x.Relation.GetSchemaname()}
	default:
		c.Column, c.Action = x.Subname, "rename "+c.Object
		if parts := objectParts(x.Object); len(parts) > 0 {
			c.Other = qualified(parts)
			c.NameSpan = l.named(l.first, l.end(), c.Other.Name)
		}
	}
	l.change(c)
}
