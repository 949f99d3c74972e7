package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
)

// alterTable lowers ALTER TABLE, one change a sub-command, and the same
// commands of ALTER INDEX, VIEW, SEQUENCE and TYPE, which are opaque.
func (l *lowerer) alterTable(x *pg.AlterTableStmt) {
	at, after := l.relation(x.Relation)
	cells := l.items(after, l.end(), 0)
	table := nameOf(x.Relation)
	b := &builder{l: l, t: &schema.Table{Name: table}, names: map[string]bool{}}
	for i, n := range x.Cmds {
		cmd := n.GetAlterTableCmd()
		if cmd == nil || i >= len(cells) {
			continue
		}
		c := schema.Change{Table: table, IfExists: x.MissingOk || cmd.MissingOk, Only: x.Relation != nil && !x.Relation.Inh,
			Cascade: cmd.Behavior == pg.DropBehavior_DROP_CASCADE, Span: l.span(cells[i][0], cells[i][1]), NameSpan: at, Object: object(x.Objtype)}
		if cmd.Name != "" {
			c.Column = cmd.Name
			if s := l.named(cells[i][0]+1, cells[i][1], cmd.Name); !s.Empty() {
				c.NameSpan = s
			}
		}
		if isTable(x.Objtype) && b.command(&c, cmd, cells[i]) {
			continue
		}
		if c.Kind == schema.Opaque {
			c.Action = l.phrase(cells[i], cmd)
		}
		if !isTable(x.Objtype) {
			c.Kind, c.Action = schema.OtherDDL, "alter "+c.Object+" "+l.phrase(cells[i], cmd)
			if p := cmd.Def.GetPartitionCmd(); p != nil {
				c.Other = nameOf(p.Name)
			}
		}
		l.change(c)
	}
}

func isTable(o pg.ObjectType) bool {
	return o == pg.ObjectType_OBJECT_TABLE || o == pg.ObjectType_OBJECT_FOREIGN_TABLE || o == pg.ObjectType_OBJECT_MATVIEW
}

// object is an object type in the words of the manual.
func object(o pg.ObjectType) string {
	switch o {
	case pg.ObjectType_OBJECT_MATVIEW:
		return "materialized view"
	case pg.ObjectType_OBJECT_TABCONSTRAINT:
		return "constraint"
	case pg.ObjectType_OBJECT_STATISTIC_EXT:
		return "statistics"
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(o.String(), "OBJECT_")), "_", " ")
}

// phrase is the command in lower-case keywords: the words up to the first that
// is neither one of the grammar's nor part of the command's form.
func (l *lowerer) phrase(cell [2]int, cmd *pg.AlterTableCmd) string {
	if p, ok := phrases[cmd.Subtype]; ok {
		return p
	}
	var out []string
	for i := cell[0]; i < cell[1] && len(out) < 4; i++ {
		if !l.ident(i) || l.in(i)[0] == '"' || strings.EqualFold(l.in(i), cmd.Name) {
			break
		}
		out = append(out, strings.ToLower(l.in(i)))
	}
	return strings.Join(out, " ")
}

// phrases names the commands whose words do not stand together.
var phrases = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_DropExpression: "drop expression", pg.AlterTableType_AT_SetStatistics: "set statistics",
	pg.AlterTableType_AT_SetOptions: "set column options", pg.AlterTableType_AT_ResetOptions: "reset column options",
	pg.AlterTableType_AT_SetStorage: "set storage", pg.AlterTableType_AT_SetCompression: "set compression",
	pg.AlterTableType_AT_AlterConstraint: "alter constraint", pg.AlterTableType_AT_AlterColumnGenericOptions: "options",
	pg.AlterTableType_AT_ChangeOwner: "owner to", pg.AlterTableType_AT_ClusterOn: "cluster on", pg.AlterTableType_AT_DropCluster: "set without cluster",
	pg.AlterTableType_AT_SetLogged: "set logged", pg.AlterTableType_AT_SetUnLogged: "set unlogged", pg.AlterTableType_AT_DropOids: "set without oids",
	pg.AlterTableType_AT_SetAccessMethod: "set access method", pg.AlterTableType_AT_SetTableSpace: "set tablespace",
	pg.AlterTableType_AT_SetRelOptions: "set options", pg.AlterTableType_AT_ResetRelOptions: "reset options",
	pg.AlterTableType_AT_EnableTrig: "enable trigger", pg.AlterTableType_AT_EnableAlwaysTrig: "enable always trigger",
	pg.AlterTableType_AT_EnableReplicaTrig: "enable replica trigger", pg.AlterTableType_AT_DisableTrig: "disable trigger",
	pg.AlterTableType_AT_EnableTrigAll: "enable trigger all", pg.AlterTableType_AT_DisableTrigAll: "disable trigger all",
	pg.AlterTableType_AT_EnableTrigUser: "enable trigger user", pg.AlterTableType_AT_DisableTrigUser: "disable trigger user",
	pg.AlterTableType_AT_EnableRule: "enable rule", pg.AlterTableType_AT_EnableAlwaysRule: "enable always rule",
	pg.AlterTableType_AT_EnableReplicaRule: "enable replica rule", pg.AlterTableType_AT_DisableRule: "disable rule",
	pg.AlterTableType_AT_AddInherit: "inherit", pg.AlterTableType_AT_DropInherit: "no inherit",
	pg.AlterTableType_AT_AddOf: "of", pg.AlterTableType_AT_DropOf: "not of", pg.AlterTableType_AT_ReplicaIdentity: "replica identity",
	pg.AlterTableType_AT_EnableRowSecurity: "enable row level security", pg.AlterTableType_AT_DisableRowSecurity: "disable row level security",
	pg.AlterTableType_AT_ForceRowSecurity: "force row level security", pg.AlterTableType_AT_NoForceRowSecurity: "no force row level security",
	pg.AlterTableType_AT_GenericOptions: "options", pg.AlterTableType_AT_AddIdentity: "add identity",
	pg.AlterTableType_AT_SetIdentity: "set identity", pg.AlterTableType_AT_DropIdentity: "drop identity",
	pg.AlterTableType_AT_AttachPartition: "attach partition", pg.AlterTableType_AT_DetachPartition: "detach partition",
	pg.AlterTableType_AT_AlterColumnType: "alter attribute type", pg.AlterTableType_AT_AddColumn: "add attribute",
	pg.AlterTableType_AT_DropColumn: "drop attribute", pg.AlterTableType_AT_ColumnDefault: "alter column default",
}

// command fills in the change of one sub-command; done reports that it was
// added, together with what hangs on it.
func (b *builder) command(c *schema.Change, cmd *pg.AlterTableCmd, cell [2]int) (done bool) {
	l := b.l
	switch cmd.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		b.addColumn(*c, cmd.Def.GetColumnDef(), cell)
		return true
	case pg.AlterTableType_AT_DropColumn:
		c.Kind = schema.DropColumn
	case pg.AlterTableType_AT_ColumnDefault:
		c.Kind = schema.DropDefault
		if cmd.Def != nil {
			c.Kind, c.ColumnDef = schema.SetDefault, &schema.Column{Name: cmd.Name, Default: l.behind(c.Span, "DEFAULT"), Origin: l.origin(c.Span, c.NameSpan)}
		}
	case pg.AlterTableType_AT_SetNotNull:
		c.Kind = schema.SetNotNull
	case pg.AlterTableType_AT_DropNotNull:
		c.Kind = schema.DropNotNull
	case pg.AlterTableType_AT_AlterColumnType:
		b.alterType(c, cmd)
	case pg.AlterTableType_AT_AddConstraint:
		k := cmd.Def.GetConstraint()
		at := c.Span
		if cell[0]+1 < cell[1] {
			at = l.span(cell[0]+1, cell[1])
		}
		c.Constraint = b.constraint(k, at, nil)
		if c.Constraint == nil {
			return false
		}
		c.Kind, c.Column, c.UsingIndex = schema.AddConstraint, c.Constraint.Name, k.Indexname
		if s := c.Constraint.Origin.NameSpan; s != at {
			c.NameSpan = s
		}
	case pg.AlterTableType_AT_DropConstraint:
		c.Kind = schema.DropConstraint
	case pg.AlterTableType_AT_ValidateConstraint:
		c.Kind = schema.ValidateConstraint
	case pg.AlterTableType_AT_AttachPartition, pg.AlterTableType_AT_DetachPartition, pg.AlterTableType_AT_DetachPartitionFinalize:
		b.partition(c, cmd, cell)
	case pg.AlterTableType_AT_AddInherit, pg.AlterTableType_AT_DropInherit:
		c.Other = nameOf(cmd.Def.GetRangeVar())
	case pg.AlterTableType_AT_SetTableSpace, pg.AlterTableType_AT_SetAccessMethod:
		c.To = cmd.Name
	case pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ResetRelOptions:
		c.Expr = c.Span.In([]byte(l.text))
	case pg.AlterTableType_AT_ReplicaIdentity:
		c.To = cmd.Def.GetReplicaIdentityStmt().GetName()
	case pg.AlterTableType_AT_AlterConstraint:
		c.Column = cmd.Def.GetConstraint().GetConname()
	case pg.AlterTableType_AT_ChangeOwner:
		c.To = cmd.Newowner.GetRolename()
	}
	return false
}

// addColumn adds the column and, behind it, the constraints written in it.
func (b *builder) addColumn(c schema.Change, def *pg.ColumnDef, cell [2]int) {
	l := b.l
	from := l.at(int(def.GetLocation()))
	if def == nil || from < cell[0] || from >= cell[1] {
		return
	}
	// IF NOT EXISTS arrives as the command's missing_ok.
	c.IfNotExists = l.is(from-1, "EXISTS")
	c.IfExists = c.IfExists && !c.IfNotExists
	col, constraints := b.column(def, [2]int{from, cell[1]})
	c.Kind, c.Column, c.ColumnDef, c.NameSpan = schema.AddColumn, col.Name, col, col.Origin.NameSpan
	l.change(c)
	for _, k := range constraints {
		add := c
		add.Kind, add.ColumnDef, add.Constraint, add.Inline = schema.AddConstraint, nil, k, true
		add.Column, add.Span, add.NameSpan = k.Name, k.Origin.Span, k.Origin.NameSpan
		l.change(add)
	}
}

func (b *builder) alterType(c *schema.Change, cmd *pg.AlterTableCmd) {
	l, def := b.l, cmd.Def.GetColumnDef()
	c.Kind, c.Using = schema.AlterType, def.GetRawDefault() != nil
	col := &schema.Column{Name: cmd.Name, Origin: l.origin(c.Span, c.NameSpan)}
	col.Type, col.Modifier, col.Array = typeOf(def.GetTypeName())
	col.Collation = last(def.GetCollClause().GetCollname())
	if c.Using {
		c.Expr = l.source(l.bounds(def.RawDefault))
	}
	c.ColumnDef = col
}

// partition lowers ATTACH and DETACH PARTITION; Other is the partition.
func (b *builder) partition(c *schema.Change, cmd *pg.AlterTableCmd, cell [2]int) {
	p := cmd.Def.GetPartitionCmd()
	c.Kind, c.Concurrently = schema.DetachPartition, p.GetConcurrent()
	switch cmd.Subtype {
	case pg.AlterTableType_AT_AttachPartition:
		c.Kind, c.Bound = schema.AttachPartition, b.l.bound(cell[0], p.GetBound())
	case pg.AlterTableType_AT_DetachPartitionFinalize:
		c.Action = "finalize"
	}
	c.Other, c.To = nameOf(p.GetName()), p.GetName().GetRelname()
	if at, _ := b.l.relation(p.GetName()); !at.Empty() {
		c.NameSpan = at
	}
}
