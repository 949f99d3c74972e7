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
