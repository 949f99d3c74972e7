package sqltext

import (
	"fmt"
	"strings"
	"testing"
)

// splitCases: the text, then one line per piece: head, kind or missing
// terminator, and the text of Span.
var splitCases = []struct{ name, text, want string }{
	{"plain", "select 1; -- a\nselect 2 ;\n-- end\n", "SELECT|select 1\nSELECT|select 2\n"},
	{"quotes", `select ';', "a;b", E'\';', U&'x;' , $$;$$, $t$ ; $$ ; $t$ /* ; /* ; */ ; */; x`,
		"SELECT|select ';', \"a;b\", E'\\';', U&'x;' , $$;$$, $t$ ; $$ ; $t$\nX!|x\n"},
	{"heads", "create or replace function f() returns int as 'x'; create unique index concurrently i on t (a); alter table only t add c int; (select 1); drop materialized view v; create foreign table f (); refresh materialized view concurrently m; start transaction; create user bob; create user mapping for bob; alter default privileges grant all on tables to x; create constraint trigger t after insert on x",
		"CREATE FUNCTION|create or replace function f() returns int as 'x'\nCREATE INDEX|create unique index concurrently i on t (a)\nALTER TABLE|alter table only t add c int\nSELECT|(select 1)\nDROP MATERIALIZED VIEW|drop materialized view v\nCREATE FOREIGN TABLE|create foreign table f ()\nREFRESH MATERIALIZED VIEW|refresh materialized view concurrently m\nSTART TRANSACTION|start transaction\nCREATE USER|create user bob\nCREATE USER MAPPING|create user mapping for bob\nALTER DEFAULT PRIVILEGES|alter default privileges grant all on tables to x\nCREATE TRIGGER!|create constraint trigger t after insert on x\n"},
	{"atomic", "create function f() returns int begin atomic select case when a then 1 end; select 2; end; select 3;",
		"CREATE FUNCTION|create function f() returns int begin atomic select case when a then 1 end; select 2; end\nSELECT|select 3\n"},
	{"atomic left open", "create function f() begin atomic select 1;\ncreate table t ();",
		"CREATE FUNCTION|create function f() begin atomic select 1\nCREATE TABLE|create table t ()\n"},
	{"trigger body", "create trigger t after insert on a begin update b set x = 1; if y then delete from c; end if; end; select 1;",
		"CREATE TRIGGER|create trigger t after insert on a begin update b set x = 1; if y then delete from c; end if; end\nSELECT|select 1\n"},
	{"psql", "\\set x 'a;\nselect 1 \\gset\n\\connect db -\nselect 2\n\\echo it's\nselect 3;",
		"\\set(cmd)|\\set x 'a;\nSELECT!|select 1\n\\gset(cmd)|\\gset\n\\connect(cmd)|\\connect db -\nSELECT!|select 2\n\\echo(cmd)|\\echo it's\nSELECT|select 3\n"},
	{"copy", "copy t (a) from stdin;\n1\t';\n\\.\nselect 1;", "COPY|copy t (a) from stdin\n(data)|1\t';\n\nSELECT|select 1\n"},
	{"copy without data", "copy t from stdin;\nselect 1;", "COPY|copy t from stdin\nSELECT|select 1\n"},
	{"empty copy", "copy t from stdin;\n\\.\nselect 1;", "COPY|copy t from stdin\n(data)|\nSELECT|select 1\n"},
	{"delimiter", "DELIMITER $$\ncreate procedure p() begin select 1; end$$\nDELIMITER ;\nselect 2;",
		"DELIMITER(cmd)|DELIMITER $$\nCREATE PROCEDURE|create procedure p() begin select 1; end\nDELIMITER(cmd)|DELIMITER ;\nSELECT|select 2\n"},
	{"go", "select 1\nGO\nselect go\nfrom x\ngo 2\nselect 2", "SELECT!|select 1\nGO(cmd)|GO\nSELECT!|select go\nfrom x\nGO(cmd)|go 2\nSELECT!|select 2\n"},
	{"go as a name", "select\ngo\n, x;", "SELECT|select\ngo\n, x\n"},
	{"goose", "-- +goose Up\n-- +goose StatementBegin\nselect 1; select 2;\n-- +goose StatementEnd\n-- +goose Down\ndrop table t;",
		"SELECT|select 1; select 2\nDROP TABLE|drop table t\n"},
	{"marker ends a statement", "-- migrate:up\ncreate table t ()\n\n-- migrate:down\ndrop table t\n", "CREATE TABLE!|create table t ()\nDROP TABLE!|drop table t\n"},
	{"breakpoint", "create table a ()--> statement-breakpoint\ncreate table b ();--> statement-breakpoint\nselect 1",
		"CREATE TABLE!|create table a ()\nCREATE TABLE|create table b ()\nSELECT!|select 1\n"},
	{"open bracket", "select (2;\nselect 3); select 4;", "SELECT|select (2\nSELECT|select 3)\nSELECT|select 4\n"},
	{"rule", "create rule r as on insert to t do also (insert into a values (1); delete from b); select 1;",
		"CREATE RULE|create rule r as on insert to t do also (insert into a values (1); delete from b)\nSELECT|select 1\n"},
	{"open quote", "select 'it;\nselect name from users where name = 'x';\nselect 'a';", "SELECT|select 'it\nSELECT|select name from users where name = 'x'\nSELECT|select 'a'\n"},
	{"open quote at the end", "select 1;\nselect 'it;\n\n-- c\nselect 2;", "SELECT|select 1\nSELECT|select 'it\nSELECT|select 2\n"},
	{"script in a string", "select run('a;\nselect 1;\n');\nselect 2;", "SELECT|select run('a;\nselect 1;\n')\nSELECT|select 2\n"},
	{"open body", "create function f() as $$ begin select 1;\nend;\ncreate function g() as $$ select 1; $$;\nselect 3;",
		"CREATE FUNCTION|create function f() as $$ begin select 1;\nend\nCREATE FUNCTION|create function g() as $$ select 1; $$\nSELECT|select 3\n"},
	{"open comment", "select 1; /* select 2;\nselect 3;", "SELECT|select 1\nSELECT|select 3\n"},
	{"byte order mark", "\ufeffselect 1;", "SELECT|select 1\n"},
	{"stray terminators", ";; select 1;;", "SELECT|select 1\n"},
	{"nothing", " -- x\n/* y */ ; ", ""},
}

func render(text string, stmts []Stmt) string {
	var b strings.Builder
	for _, s := range stmts {
		flag := map[StmtKind]string{SQL: "", CopyData: "(data)", Command: "(cmd)"}[s.Kind]
		if !s.Terminated {
			flag += "!"
		}
		fmt.Fprintf(&b, "%s%s|%s\n", s.Head, flag, s.Span.In([]byte(text)))
	}
	return b.String()
}

func TestSplit(t *testing.T) {
	for _, c := range splitCases {
		t.Run(c.name, func(t *testing.T) {
			if got := render(c.text, Split([]byte(c.text))); got != c.want {
				t.Errorf("split of\n%s\ngot\n%s\nwant\n%s", c.text, got, c.want)
			}
		})
	}
}
