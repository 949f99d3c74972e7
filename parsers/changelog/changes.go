package changelog

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// statement writes down what one change sends.
type statement struct {
	r    *reader
	n    *node
	text strings.Builder
	// regions say where parts of the text stand in the file.
	regions []region
	// bad: something in it is not known.
	bad bool
}

type region struct{ text, host source.Span }

func (r *reader) build(n *node, parts ...string) *statement {
	s := &statement{r: r, n: n}
	return s.raw(parts...)
}

func (s *statement) raw(parts ...string) *statement {
	for _, p := range parts {
		s.text.WriteString(p)
	}
	return s
}

// name adds the name that an attribute says.
func (s *statement) name(a attr) *statement {
	text, ok := s.r.value(strings.Trim(strings.TrimSpace(a.text), `"`))
	if !ok || text == "" {
		s.bad = true
		return s
	}
	start := s.text.Len()
	s.raw(sqltext.QuoteIdent(text))
	s.regions = append(s.regions, region{source.Span{Start: start, End: s.text.Len()}, a.span})
	return s
}

// table adds a table's name, with its schema if it has one: of tableName, or of
// attributes with a prefix, as baseTableName.
func (s *statement) table(n *node, prefix string) *statement {
	schemaName, table := "schemaName", "tableName"
	if prefix != "" {
		schemaName, table = prefix+"TableSchemaName", prefix+"TableName"
	}
	if in := n.attrs[schemaName]; in.text != "" && in.text != "public" && !strings.HasPrefix(in.text, "${") {
		s.name(in).raw(".")
	}
	return s.name(n.attrs[table])
}

// names adds the names of a list with commas.
func (s *statement) names(a attr) *statement {
	for i, one := range strings.Split(a.text, ",") {
		if i > 0 {
			s.raw(", ")
		}
		s.name(attr{one, a.span})
	}
	return s
}

// send reads the statement and adds it in its place.
func (s *statement) send() {
	text := s.text.String()
	st := s.r.parse(text)
	if s.bad || st.Problem != nil {
		s.r.partial()
		return
	}
	st.Built, st.SQL = true, text
	for _, p := range sqltext.Split([]byte(text)) {
		st.Head = p.Head
	}
	s.r.add(st, s.host, len(text))
}

// host is where a part of the text stands: at the smallest part around it that
// the file writes by itself.
func (s *statement) host(at source.Span) source.Span {
	best, size := s.n.span, s.text.Len()+1
	for _, g := range s.regions {
		if g.text.Covers(at) && g.text.Len() < size && at != (source.Span{}) {
			best, size = g.host, g.text.Len()
		}
	}
	return best
}

// columns are the columns of a change.
func columns(n *node) (out []*node) {
	for _, list := range []*node{n, n.kid("columns")} {
		if list == nil {
			continue
		}
		for _, k := range list.kids {
			if k.is("column") {
				out = append(out, k)
			}
		}
	}
	return out
}

// data are the changes that leave the schema as it is.
var data = []string{"insert", "update", "delete", "loadData", "loadUpdateData", "empty", "output", "setTableRemarks", "setColumnRemarks", "stop"}

// change reads one change.
func (r *reader) change(n *node) {
	alter := func(parts ...string) *statement { return r.build(n, "ALTER TABLE ").table(n, "").raw(parts...) }
	a := n.attrs
	switch n.name {
	case "sql":
		if text := a["sql"].text; text != "" {
			r.sql(n, text, a["sql"].span)
		} else {
			r.sql(n, n.text, n.textSpan)
		}
	case "createTable":
		r.createTable(n)
	case "dropTable":
		r.build(n, "DROP TABLE ").table(n, "").raw(when(a["cascadeConstraints"].text == "true", " CASCADE")).send()
	case "renameTable":
		r.build(n, "ALTER TABLE ").name(a["oldTableName"]).raw(" RENAME TO ").name(a["newTableName"]).send()
	case "addColumn":
		r.addColumns(n)
	case "dropColumn":
		if a["columnName"].text != "" {
			alter(" DROP COLUMN ").name(a["columnName"]).send()
		}
		for _, c := range columns(n) {
			alter(" DROP COLUMN ").name(c.attrs["name"]).send()
		}
	case "renameColumn":
		alter(" RENAME COLUMN ").name(a["oldColumnName"]).raw(" TO ").name(a["newColumnName"]).send()
	case "modifyDataType":
		s := alter(" ALTER COLUMN ").name(a["columnName"])
		typ := r.typeOf(a["newDataType"].text, s)
		s.raw(" TYPE ", typ, " USING (").name(a["columnName"]).raw("::", typ, ")").send()
	case "addNotNullConstraint":
		alter(" ALTER COLUMN ").name(a["columnName"]).raw(" SET NOT NULL").send()
	case "dropNotNullConstraint":
		alter(" ALTER COLUMN ").name(a["columnName"]).raw(" DROP NOT NULL").send()
	case "addDefaultValue":
		alter(" ALTER COLUMN ").name(a["columnName"]).raw(" SET DEFAULT ", r.fallback(n)).send()
	case "dropDefaultValue":
		alter(" ALTER COLUMN ").name(a["columnName"]).raw(" DROP DEFAULT").send()
	case "createIndex":
		r.createIndex(n)
	case "dropIndex":
		r.build(n, "DROP INDEX ").name(a["indexName"]).send()
	default:
		r.others(n, alter)
	}
}

// others are constraints, sequences and views.
func (r *reader) others(n *node, alter func(...string) *statement) {
	a := n.attrs
	switch n.name {
	case "addForeignKeyConstraint":
		r.foreignKey(n)
	case "dropForeignKeyConstraint":
		r.build(n, "ALTER TABLE ").table(n, "base").raw(" DROP CONSTRAINT ").name(a["constraintName"]).send()
	case "addUniqueConstraint", "addPrimaryKey":
		s := alter(" ADD ")
		if a["constraintName"].text != "" {
			s.raw("CONSTRAINT ").name(a["constraintName"]).raw(" ")
		}
		s.raw(when(n.name == "addPrimaryKey", "PRIMARY KEY"), when(n.name != "addPrimaryKey", "UNIQUE"), " (").names(a["columnNames"]).raw(")").send()
	case "dropUniqueConstraint":
		alter(" DROP CONSTRAINT ").name(a["constraintName"]).send()
	case "dropPrimaryKey":
		s := alter(" DROP CONSTRAINT ")
		if a["constraintName"].text != "" {
			s.name(a["constraintName"])
		} else {
			s.name(attr{a["tableName"].text + "_pkey", n.span})
		}
		s.send()
	case "createSequence":
		r.build(n, "CREATE SEQUENCE ").name(a["sequenceName"]).send()
	case "dropSequence":
		r.build(n, "DROP SEQUENCE ").name(a["sequenceName"]).send()
	case "createView":
		text, ok := r.value(n.text + a["selectQuery"].text)
		s := r.build(n, "CREATE ", when(a["replaceIfExists"].text == "true", "OR REPLACE "), "VIEW ").name(a["viewName"]).raw(" AS ", strings.TrimRight(strings.TrimSpace(text), ";"))
		s.bad = s.bad || !ok
		s.send()
	case "dropView":
		r.build(n, "DROP VIEW ").name(a["viewName"]).send()
	default:
		if !slices.Contains(data, n.name) {
			r.partial()
		}
	}
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

func (r *reader) createTable(n *node) {
	s := r.build(n, "CREATE TABLE ", when(n.attrs["ifNotExists"].text == "true", "IF NOT EXISTS ")).table(n, "").raw(" (")
	var key []attr
	for i, c := range columns(n) {
		s.raw(when(i > 0, ", "))
		s.column(c, true)
		if k := c.kid("constraints"); k != nil && k.attrs["primaryKey"].text == "true" {
			key = append(key, c.attrs["name"])
		}
	}
	for i, k := range key {
		s.raw(when(i == 0, ", PRIMARY KEY ("), when(i > 0, ", ")).name(k).raw(when(i == len(key)-1, ")"))
	}
	s.raw(")").send()
}

// addColumns sends one ALTER TABLE for all columns.
func (r *reader) addColumns(n *node) {
	s := r.build(n, "ALTER TABLE ").table(n, "").raw(" ")
	for i, c := range columns(n) {
		s.raw(when(i > 0, ", "), "ADD COLUMN ")
		s.column(c, false)
		if k := c.kid("constraints"); k != nil && k.attrs["primaryKey"].text == "true" {
			s.raw(" PRIMARY KEY")
		}
	}
	s.send()
	for _, c := range columns(n) {
		if c.attrs["valueComputed"].text != "" || c.attrs["value"].text != "" {
			r.build(n, "UPDATE ").table(n, "").raw(" SET ").name(c.attrs["name"]).raw(" = '?'").send()
		}
	}
}

// column writes a column with its constraints.
func (s *statement) column(c *node, inTable bool) {
	s.name(c.attrs["name"])
	typ := s.r.typeOf(c.attrs["type"].text, s)
	s.raw(" ", typ)
	if c.attrs["autoIncrement"].text == "true" {
		s.raw(" GENERATED BY DEFAULT AS IDENTITY")
	}
	if d := s.r.fallback(c); d != "" {
		s.raw(" DEFAULT ", d)
	}
	k := c.kid("constraints")
	if k == nil {
		return
	}
	if k.attrs["nullable"].text == "false" || inTable && k.attrs["primaryKey"].text == "true" {
		s.raw(" NOT NULL")
	}
	if k.attrs["unique"].text == "true" {
		if k.attrs["uniqueConstraintName"].text != "" {
			s.raw(" CONSTRAINT ").name(k.attrs["uniqueConstraintName"])
		}
		s.raw(" UNIQUE")
	}
	table, column, ok := strings.Cut(strings.TrimSuffix(k.attrs["references"].text, ")"), "(")
	if !ok {
		table, column = k.attrs["referencedTableName"].text, k.attrs["referencedColumnNames"].text
	}
	if table != "" && column != "" {
		if k.attrs["foreignKeyName"].text != "" {
			s.raw(" CONSTRAINT ").name(k.attrs["foreignKeyName"])
		}
		s.raw(" REFERENCES ").name(attr{table, k.span}).raw(" (").names(attr{column, k.span}).raw(")")
		s.raw(when(k.attrs["deleteCascade"].text == "true", " ON DELETE CASCADE"))
	}
}

// fallback is the default that a column says, "" if it says none.
func (r *reader) fallback(n *node) string {
	for _, name := range []string{"defaultValueNumeric", "defaultValueBoolean", "defaultValueComputed", "defaultValueDate", "defaultValue", "defaultValueSequenceNext"} {
		a, ok := n.attrs[name]
		if !ok {
			continue
		}
		text, known := r.value(a.text)
		switch {
		case !known:
			return "'?'"
		case name == "defaultValueSequenceNext":
			return "nextval('" + strings.ReplaceAll(text, "'", "''") + "')"
		case name == "defaultValue" || name == "defaultValueDate" && !strings.ContainsAny(text, "(_"):
			return "'" + strings.ReplaceAll(text, "'", "''") + "'"
		case strings.TrimSpace(text) != "":
			return text
		}
	}
	return ""
}

func (r *reader) createIndex(n *node) {
	a := n.attrs
	s := r.build(n, "CREATE ", when(a["unique"].text == "true", "UNIQUE "), "INDEX ")
	if a["indexName"].text != "" {
		s.name(a["indexName"]).raw(" ")
	}
	s.raw("ON ").table(n, "").raw(" (")
	for i, c := range columns(n) {
		s.raw(when(i > 0, ", "))
		if name := c.attrs["name"]; c.attrs["computed"].text == "true" || strings.ContainsAny(name.text, "( ") {
			text, ok := r.value(name.text)
			s.bad = s.bad || !ok
			s.raw(text)
		} else {
			s.name(name)
		}
		s.raw(when(c.attrs["descending"].text == "true", " DESC"))
	}
	s.raw(")").send()
}

func (r *reader) foreignKey(n *node) {
	a := n.attrs
	s := r.build(n, "ALTER TABLE ").table(n, "base").raw(" ADD CONSTRAINT ").name(a["constraintName"]).raw(" FOREIGN KEY (").names(a["baseColumnNames"]).
		raw(") REFERENCES ").table(n, "referenced").raw(" (").names(a["referencedColumnNames"]).raw(")")
	for _, on := range []struct{ words, attr string }{{" ON DELETE ", "onDelete"}, {" ON UPDATE ", "onUpdate"}} {
		if action := strings.ToUpper(a[on.attr].text); actions[action] {
			s.raw(on.words, action)
		}
	}
	s.raw(when(a["deleteCascade"].text == "true" && a["onDelete"].text == "", " ON DELETE CASCADE")).
		raw(when(a["validate"].text == "false", " NOT VALID")).send()
}

var actions = map[string]bool{"CASCADE": true, "SET NULL": true, "SET DEFAULT": true, "RESTRICT": true, "NO ACTION": true}

// types are what Liquibase makes of its own types in PostgreSQL.
var types = map[string]string{"datetime": "timestamp", "clob": "text", "nclob": "text", "longtext": "text", "mediumtext": "text", "blob": "bytea", "longblob": "bytea", "longvarchar": "text",
	"number": "numeric", "double": "double precision", "tinyint": "smallint", "mediumint": "integer", "currency": "numeric", "nvarchar": "varchar", "nchar": "char",
	"bit": "boolean", "binary": "bytea", "varbinary": "bytea", "longvarbinary": "bytea", "string": "varchar", "timestamp_with_timezone": "timestamptz"}

var plainType = regexp.MustCompile(`^[A-Za-z_][\w ."]*(\([\d, ]*\))?[\w ]*(\[\])*$`)

// typeOf is the type a column has in PostgreSQL; text for one that a property
// of another file says, since little depends on it.
func (r *reader) typeOf(text string, s *statement) string {
	text, ok := r.value(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "java.sql.Types.")
	base, size, sized := strings.Cut(text, "(")
	if t := types[strings.ToLower(strings.TrimSpace(base))]; t != "" {
		text = t
		if sized && (t == "numeric" || t == "varchar" || t == "char" || t == "timestamp") {
			text += "(" + size
		}
	}
	if !ok || !plainType.MatchString(text) {
		if ok || s.n.is("modifyDataType") {
			r.partial()
		}
		return "text"
	}
	return text
}
