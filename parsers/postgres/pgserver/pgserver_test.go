package pgserver_test

import (
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/schema"
)

// The measure itself is measured: one case of every class.
func TestMeasure(t *testing.T) {
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		for _, c := range []struct {
			stmt string
			want schema.Class
		}{
			{"CREATE INDEX ON orders (note)", schema.LongBlockWrites},
			{"CREATE INDEX CONCURRENTLY ON orders (note)", schema.LongOnline},
			{"ALTER TABLE orders ALTER note SET NOT NULL", schema.LongBlockAll},
			{"ALTER TABLE orders ALTER note TYPE varchar(9)", schema.LongBlockAll},
			{"ALTER TABLE orders ADD COLUMN x int", schema.BriefBlockAll},
			{"CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE PROCEDURE suppress_redundant_updates_trigger()", schema.BriefBlockWrites},
			{"ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users", schema.LongBlockWrites},
			{"COMMENT ON TABLE orders IS 'x'", schema.Online},
			{"DROP INDEX CONCURRENTLY orders_user_id_idx", schema.Online},
		} {
			t.Run(c.stmt, func(t *testing.T) {
				t.Parallel()
				db := s.Database(t)
				db.Exec(t, "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note text); CREATE INDEX ON orders (user_id)")
				if empty, err := db.Fill(); err != nil || len(empty) > 0 {
					t.Fatal(empty, err)
				}
				got, err := db.Measure(c.stmt)
				if err != nil {
					t.Fatal(err)
				}
				if got.Class != c.want {
					t.Errorf("got %v, want %s", got, c.want)
				}
			})
		}
	})
}

// Of a transaction each statement is judged by the locks behind it.
func TestMeasureEach(t *testing.T) {
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		for _, c := range []struct {
			stmts []string
			want  []schema.Class
		}{
			{[]string{"CREATE TABLE kept AS SELECT id, note FROM orders", "ALTER TABLE orders DROP COLUMN note"},
				[]schema.Class{schema.LongOnline, schema.BriefBlockAll}},
			{[]string{"ALTER TABLE orders DROP COLUMN note", "CREATE TABLE kept AS SELECT id FROM orders"},
				[]schema.Class{schema.BriefBlockAll, schema.LongBlockAll}},
			{[]string{"CREATE INDEX ON orders (note)", "ALTER TABLE orders RENAME TO sales", "ALTER TABLE sales ADD COLUMN x int"},
				[]schema.Class{schema.LongBlockWrites, schema.BriefBlockAll, schema.BriefBlockAll}},
			{[]string{"CREATE TABLE fresh (id int)", "CREATE INDEX ON fresh (id)"}, []schema.Class{schema.Online, schema.Online}},
		} {
			t.Run(c.stmts[0], func(t *testing.T) {
				t.Parallel()
				db := s.Database(t)
				db.Exec(t, "CREATE TABLE orders (id bigint PRIMARY KEY, note text)")
				if empty, err := db.Fill(); err != nil || len(empty) > 0 {
					t.Fatal(empty, err)
				}
				got, err := db.MeasureEach(c.stmts...)
				if err != nil {
					t.Fatal(err)
				}
				for i, tr := range got {
					if tr.Class != c.want[i] {
						t.Errorf("%s: got %v, want %s", c.stmts[i], tr, c.want[i])
					}
				}
			})
		}
	})
}
