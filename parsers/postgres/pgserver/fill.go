package pgserver

import (
	"fmt"
	"strings"
)

// Rows is how many rows Fill gives a table.
const Rows = 2000

// columns are those a table wants values for: its name, the type with its
// domains resolved, what the type is made of, its length, and the first literal
// of a CHECK or a partition bound that names it.
const columns = `SELECT quote_ident(a.attname), format_type(b.oid, NULL), b.typtype, b.typcategory,
  coalesce(CASE WHEN format_type(b.oid, NULL) IN ('character varying', 'character') THEN a.atttypmod - 4 END, -1),
  coalesce((SELECT substring(pg_get_constraintdef(k.oid) from '''([^'']*)''') FROM pg_constraint k
    WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND a.attnum = ANY (k.conkey) LIMIT 1), ''),
  coalesce((SELECT substring(pg_get_expr(c.relpartbound, c.oid) from '''([^'']*)''') FROM pg_inherits h JOIN pg_partitioned_table p ON p.partrelid = h.inhparent
    JOIN pg_attribute pa ON pa.attrelid = p.partrelid AND pa.attnum = p.partattrs[0] AND pa.attname = a.attname
    WHERE h.inhrelid = a.attrelid), ''),
  coalesce((SELECT min(enumlabel::text) FROM pg_enum WHERE enumtypid = b.oid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE a.attrelid = %d AND a.attnum > 0 AND NOT a.attisdropped %s ORDER BY a.attnum`

// Fill gives every table rows. The value of a column follows from its type and
// the number of the row alone, so that keys are unique and a foreign key finds
// the row of the same number. Tables whose constraints that does not satisfy
// stay empty; their names are given back. What has rows already keeps those.
func (d *Database) Fill() (empty []string, err error) {
	tables, err := look(d.Conn, map[int]*relation{})
	if err != nil {
		return nil, err
	}
	// No triggers: foreign keys hold when all tables are full.
	if _, err := d.Query("SET session_replication_role = replica"); err != nil {
		return nil, err
	}
	for oid, r := range tables {
		if r.kind != "r" {
			continue
		}
		if err := d.fill(oid, r); err != nil {
			empty = append(empty, r.name+": "+err.Error())
		}
	}
	_, err = d.Query(`RESET session_replication_role;
SELECT setval(seqrelid::regclass, least(seqmax, 100000)) FROM pg_sequence;
DO $$ DECLARE m record; BEGIN
  FOR m IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'm' AND oid >= 16384 LOOP EXECUTE 'REFRESH MATERIALIZED VIEW ' || m.name; END LOOP;
END $$`)
	return empty, err
}

func (d *Database) fill(oid int, r *relation) error {
	generated := ""
	if d.Major() >= 12 {
		generated = "AND a.attgenerated = ''"
	}
	some, err := d.Query("SELECT FROM " + r.quoted + " LIMIT 1")
	if err != nil || len(some) > 0 {
		return err
	}
	rows, err := d.Query(fmt.Sprintf(columns, oid, generated))
	if err != nil || len(rows) == 0 {
		return err
	}
	var names, values []string
	for _, c := range rows {
		names, values = append(names, c[0]), append(values, value(c))
	}
	_, err = d.Query(fmt.Sprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM generate_series(1, %d) g ON CONFLICT DO NOTHING",
		r.quoted, strings.Join(names, ", "), strings.Join(values, ", "), Rows))
	return err
}

// value is the expression for row g of a column.
func value(c []string) string {
	typ, kind, category, length, checked, bound, label := c[1], c[2], c[3], number(c[4]), c[5], c[6], c[7]
	literal := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'::" + typ }
	switch {
	case bound != "":
		return literal(bound)
	case kind == "e":
		return literal(label)
	case category == "S" && checked != "":
		return literal(checked)
	case category == "S" && length > 0:
		return fmt.Sprintf("left(lpad(g::text, 6, '0'), %d)", length)
	case category == "S":
		return "g::text"
	case category == "A":
		return "'{}'::" + typ
	case category == "B":
		return "g % 2 = 0"
	case typ == "smallint":
		return "(g % 30000)::smallint"
	case typ == "numeric":
		return "g % 9"
	case category == "N":
		return "g"
	case typ == "interval":
		return "make_interval(secs => g)"
	case typ == "time without time zone" || typ == "time with time zone":
		return "(time '00:00' + make_interval(secs => g))::" + typ
	case category == "D":
		return "(timestamptz '2024-01-01' + make_interval(mins => g))::" + typ
	case typ == "uuid":
		return "md5(g::text)::uuid"
	case typ == "json" || typ == "jsonb":
		return "json_build_object('n', g)::" + typ
	case typ == "bytea":
		return "decode(md5(g::text), 'hex')"
	}
	return "NULL"
}
