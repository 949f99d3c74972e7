package migrations

import (
	"fmt"

	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// batchRows is how many rows a backfill writes before it commits.
const batchRows = 5000

// backfill is the migration that fills a column in batches, each in a
// transaction of its own, walking along the primary key. It needs a key of one
// column; a DO block may commit only outside a transaction (PostgreSQL manual,
// 43.8 "Transaction Management").
func backfill(t *schema.Table, column, value string) (histories.Change, bool) {
	if t == nil || t.PrimaryKey == nil || len(t.PrimaryKey.Columns) != 1 || value == "" {
		return histories.Change{}, false
	}
	name, key, col := qualified(t.Name), sqltext.QuoteIdent(t.PrimaryKey.Columns[0]), sqltext.QuoteIdent(column)
	up := fmt.Sprintf(`DO $$
DECLARE
    first_key %[1]s.%[2]s%%TYPE;
    last_key %[1]s.%[2]s%%TYPE;
BEGIN
    SELECT %[2]s INTO first_key FROM %[1]s ORDER BY %[2]s LIMIT 1;
    WHILE first_key IS NOT NULL LOOP
        SELECT %[2]s INTO last_key
          FROM (SELECT %[2]s FROM %[1]s WHERE %[2]s >= first_key ORDER BY %[2]s LIMIT %[5]d) AS batch
         ORDER BY %[2]s DESC LIMIT 1;
        UPDATE %[1]s SET %[3]s = %[4]s WHERE %[2]s BETWEEN first_key AND last_key AND %[3]s IS NULL;
        COMMIT;
        SELECT %[2]s INTO first_key FROM %[1]s WHERE %[2]s > last_key ORDER BY %[2]s LIMIT 1;
    END LOOP;
END $$;
`, name, key, col, value, batchRows)
	return histories.Change{Name: "backfill_" + t.Name.Name + "_" + column, Up: up, NoTx: true}, true
}

// notNull are the migrations that make a filled column NOT NULL without a scan
// under its lock: a check that is validated first proves it (PostgreSQL manual,
// ALTER TABLE, SET NOT NULL).
func notNull(t schema.Name, column string) []histories.Change {
	return append([]histories.Change{{Name: "check_" + t.Name + "_" + column, Up: alter(t, notNullClause(t, column)),
		Down: alter(t, "DROP CONSTRAINT "+quoted(notNullCheck(t, column)))}}, proven(t, column)...)
}

// notNullClause is the check, to be validated later.
func notNullClause(t schema.Name, column string) string {
	return fmt.Sprintf("ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID", quoted(notNullCheck(t, column)), quoted(column))
}

// proven are the migrations behind it. They are two so that the scan is over
// before any lock is taken that others wait for.
func proven(t schema.Name, column string) []histories.Change {
	check := notNullCheck(t, column)
	return []histories.Change{
		{Name: "validate_" + check, Up: alter(t, "VALIDATE CONSTRAINT "+quoted(check))},
		{Name: "set_" + t.Name + "_" + column + "_not_null", Up: alter(t, "ALTER COLUMN "+quoted(column)+" SET NOT NULL") + alter(t, "DROP CONSTRAINT "+quoted(check)),
			Down: alter(t, notNullClause(t, column)) + alter(t, "ALTER COLUMN "+quoted(column)+" DROP NOT NULL")},
	}
}

// notNullCheck is the name of the check; _not_null is what PostgreSQL 18 calls
// the constraint that SET NOT NULL makes.
func notNullCheck(t schema.Name, column string) string {
	return sqltext.Truncate(t.Name+"_"+column+"_present", sqltext.MaxIdentifier)
}
