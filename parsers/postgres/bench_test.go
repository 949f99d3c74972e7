package postgres

import "testing"

const benchQuery = `SELECT u.id, u.email, count(o.id) AS orders FROM users u LEFT JOIN orders o ON o.user_id = u.id
WHERE u.tenant_id = $1 AND u.deleted_at IS NULL AND lower(u.email) LIKE $2 GROUP BY u.id ORDER BY orders DESC LIMIT 20`

func BenchmarkParseCached(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Parse(benchQuery)
	}
}

func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchQuery)))
	for b.Loop() {
		read(benchQuery)
	}
}

func BenchmarkParseDDL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		read("CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, team_id int REFERENCES teams, at timestamptz DEFAULT now())")
	}
}
