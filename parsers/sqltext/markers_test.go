package sqltext

import (
	"fmt"
	"strings"
	"testing"
)

func TestMarkers(t *testing.T) {
	cases := []struct{ text, want string }{
		{"-- +goose Up\n--+goose StatementBegin\nx\n-- +goose StatementEnd\n-- +goose Down\n-- +goose NO TRANSACTION\n-- +goose ENVSUB ON",
			"goose up, goose statement-begin, goose statement-end, goose down, goose no-transaction, goose directive ENVSUB ON"},
		{"-- migrate:up transaction:false\r\n-- migrate:down\n-- migrate:upward", "dbmate up transaction:false, dbmate down"},
		{"-- +migrate Up notransaction\n-- +migrate StatementBegin", "sql-migrate up notransaction, sql-migrate statement-begin"},
		{"create x;\n---- create above / drop below ----\n", "tern down"},
		{"-- Up Migration\n-- Down Migration", "node-pg-migrate up, node-pg-migrate down"},
		{"-- rambler up\n-- rambler down", "rambler up, rambler down"},
		{"select 1;--> statement-breakpoint\n--> statement-breakpoint", "drizzle breakpoint, drizzle breakpoint"},
		{"-- atlas:txmode none\n-- atlas:nolint destructive", "atlas no-transaction, atlas directive nolint destructive"},
		{"--liquibase formatted sql\n--changeset ann:1 runInTransaction:false\n--rollback drop table t;",
			"liquibase header, liquibase changeset ann:1 runInTransaction:false, liquibase rollback drop table t;"},
		{"-- rollback is not possible\n-- changeset: none", ""},
		{"-- no-transaction\n-- no-transaction here", "sqlx no-transaction"},
		{"select 1; -- +goose Up\n-- up we go\n--\n--", ""},
	}
	for _, c := range cases {
		var got []string
		for _, m := range Markers([]byte(c.text)) {
			if !strings.HasPrefix(m.Span.In([]byte(c.text)), "--") {
				t.Errorf("%v covers %q", m, m.Span.In([]byte(c.text)))
			}
			got = append(got, strings.TrimSpace(fmt.Sprint(m.Tool, " ", m.Kind, " ", m.Args)))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, s, c.want)
		}
	}
}

func TestComments(t *testing.T) {
	text := "-- one\nselect '-- no', /* two\n * more */ 1; -- three --\n\t/**/ create table a () -- four\n--> statement-breakpoint\n\\echo -- no\n-- +goose StatementBegin\nx; -- five\n-- +goose StatementEnd\ncopy t from stdin;\n-- no\n\\.\n--"
	want := "own:one two\n * more three -- own: four own:> statement-breakpoint own:+goose StatementBegin five own:+goose StatementEnd own:"
	var got []string
	for _, c := range Comments([]byte(text)) {
		own := ""
		if c.OwnLine {
			own = "own:"
		}
		if !c.Span.Covers(c.Body) {
			t.Errorf("%v leaves its comment", c)
		}
		got = append(got, own+c.Body.In([]byte(text)))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %q\nwant %q", s, want)
	}
}
