package migrations

import (
	"fmt"
	"strings"

	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
)

// kept are the migrations that give a column, which has been added without
// values, those of an expression over its row: a trigger for all that is written
// from now on, then batches for the rows that are there. Both name the columns
// of the table as the expression does. It needs what backfill needs.
func kept(t *schema.Table, column, value string) ([]histories.Change, bool) {
	fill, ok := backfill(t, column, value)
	if !ok || strings.Contains(value, "$$") {
		return nil, false
	}
	return []histories.Change{{Name: "keep_" + t.Name.Name + "_" + column, Up: keeping(t, column, value), Down: unkept(t.Name, column)}, fill}, true
}

// keeping makes the trigger. The expression is read as a query over a row of the
// columns it names, so it stands as it was written (PostgreSQL manual, 43.10.1
// "Triggers on Data Changes").
func keeping(t *schema.Table, column, value string) string {
	var row []string
	for _, c := range t.Columns {
		if c.Name != column && schema.Mentions(value, c.Name) {
			row = append(row, fmt.Sprintf("NEW.%[1]s AS %[1]s", quoted(c.Name)))
		}
	}
	switch {
	case t.Column(value) != nil:
		value = "NEW." + value
	case len(row) > 0:
		value = fmt.Sprintf("(SELECT %s FROM (SELECT %s) AS %s)", value, strings.Join(row, ", "), quoted(t.Name.Name))
	}
	return fmt.Sprintf(`CREATE FUNCTION %[1]s() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.%[3]s := %[4]s;
    RETURN NEW;
END $$;
CREATE TRIGGER %[5]s BEFORE INSERT OR UPDATE ON %[2]s FOR EACH ROW EXECUTE FUNCTION %[1]s();
`, keeper(t.Name, column), qualified(t.Name), quoted(column), value, quoted(keeperName(t.Name, column)))
}

// unkept takes the trigger away.
func unkept(t schema.Name, column string) string {
	return fmt.Sprintf("DROP TRIGGER %s ON %s;\nDROP FUNCTION %s();\n", quoted(keeperName(t, column)), qualified(t), keeper(t, column))
}

// keeper is the function, which is called as the trigger is, in the table's schema.
func keeper(t schema.Name, column string) string {
	return qualified(schema.Name{Schema: t.Schema, Name: keeperName(t, column)})
}

func keeperName(t schema.Name, column string) string { return fitted("keep_" + t.Name + "_" + column) }
