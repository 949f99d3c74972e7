package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/schema"
)

// named makes objects whose names PostgreSQL makes, with names that are taken,
// too long, or left behind by what was renamed.
const named = `
CREATE TABLE users (id int PRIMARY KEY, a int CHECK (a > 0), b int, c int, CHECK (a > b), CHECK (b > c), UNIQUE (a), UNIQUE (a, b));
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
ALTER TABLE orders RENAME COLUMN user_id TO owner_id;
ALTER TABLE orders ADD COLUMN user_id int REFERENCES users (id);
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE orders ADD CHECK (user_id > 0);
ALTER TABLE orders ADD CHECK (user_id > 1);
ALTER TABLE orders ADD UNIQUE (user_id);
ALTER TABLE orders ADD UNIQUE (user_id) DEFERRABLE;
CREATE INDEX ON orders (lower(user_id::text));
CREATE INDEX ON orders (lower(owner_id::text));
CREATE INDEX ON orders (user_id);
ALTER TABLE orders RENAME TO old_orders;
CREATE TABLE orders (id int PRIMARY KEY, user_id int UNIQUE);
CREATE TABLE a_table_whose_name_is_rather_long_as_such_names_go (a_column_with_a_name_that_is_long_as_well int REFERENCES users (id));
ALTER TABLE a_table_whose_name_is_rather_long_as_such_names_go ADD FOREIGN KEY (a_column_with_a_name_that_is_long_as_well) REFERENCES users (id);
CREATE INDEX ON a_table_whose_name_is_rather_long_as_such_names_go (a_column_with_a_name_that_is_long_as_well);
CREATE INDEX ON a_table_whose_name_is_rather_long_as_such_names_go (a_column_with_a_name_that_is_long_as_well);
`

// TestNames: the names the model makes are those a server makes.
func TestNames(t *testing.T) {
	b := schema.NewBuilder(nil)
	for _, st := range statements(named) {
		for i := range st.Changes {
			b.Apply(&st.Changes[i])
		}
	}
	var got []string
	for _, tab := range b.Tables() {
		if tab.PrimaryKey != nil {
			got = append(got, tab.Name.Name+" "+tab.PrimaryKey.Name)
		}
		for _, k := range tab.Constraints {
			got = append(got, tab.Name.Name+" "+k.Name)
		}
		for _, x := range tab.Indexes {
			got = append(got, tab.Name.Name+" "+x.Name)
		}
	}
	slices.Sort(got)
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		db := s.Database(t)
		db.Exec(t, named)
		rows, err := db.Query(`SELECT conrelid::regclass || ' ' || conname FROM pg_constraint WHERE conrelid >= 16384 AND contype IN ('p', 'u', 'f', 'c')
UNION SELECT indrelid::regclass || ' ' || indexrelid::regclass FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE oid >= 16384 AND relkind = 'r')`)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, r := range rows {
			want = append(want, r[0])
		}
		slices.Sort(want)
		if w, g := strings.Join(want, "\n"), strings.Join(got, "\n"); w != g {
			t.Errorf("the server makes\n%s\nthe model\n%s", w, g)
		}
	})
}
