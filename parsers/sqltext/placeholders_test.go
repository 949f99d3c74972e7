package sqltext

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// placeholderCases: the statement, what it becomes, and the params as
// name:role, with i for identifier, l for list, c for clause, v for value.
var placeholderCases = []struct{ in, out, params string }{
	{"select 1", "select 1", ""},
	{"select a from t where id = ?", "select a from t where id = 0", ":v"},
	{"where id=? and b>=? or c = -?", "where id=0 and b>=0 or c = -0", ":v :v :v"},
	{"where id = $1 limit $2", "where id = $1 limit $2", "1:v 2:v"},
	{"where id = :id and :x::int > 1", "where id = $1  and $2::int > 1", "id:v x:v"},
	{"where id=@id and t @> b and c @@ d and @p > 1", "where id=$1  and t @> b and c @@ d and $2 > 1", "id:v p:v"},
	{"data ? 'k' and data ?| $1 and data ?& array['x'] and x @? y", "data ? 'k' and data ?| $1 and data ?& array['x'] and x @? y", "1:v"},
	{"select data ? ? from t", "select data ? 0 from t", ":v"},
	{"create operator ?| (leftarg = a), operator(public.?), alter operator ? (a, b)", "create operator ?| (leftarg = a), operator(public.?), alter operator ? (a, b)", ""},
	{`create index i on "{{ index .Options "NS" }}".t (a)`, `create index i on t__________________________.t (a)`, `index .Options "NS":i`},
	{"create table if not exists a ($NAME text, ${X}title int)", "create table if not exists a (t____ text, t___title int)", "NAME:i X:i"},
	{"grant select on ${t} to ${role}", "grant select on t___ to t______", "t:i role:i"},
	{"where schema ? 'k'", "where schema ? 'k'", ""},
	{"a[1:2], a[i:j], a[:n], array[:n, :mm], x := 3", "a[1:2], a[i:j], a[:n], array[$1, $2 ], x := 3", "n:v mm:v"},
	{"json_object('a': b, k : c) || '12:30' || ':x'", "json_object('a': b, k : c) || '12:30' || ':x'", ""},
	{"where a = %s and b=%(name)s and c % 2 = 0", "where a = $1 and b=$2       and c % 2 = 0", ":v name:v"},
	{"select * from %s.%s where %[1]s = %d", "select * from t_.t_ where $3    = $4", ":i :i 1:v :v"},
	{"create index idx_%s_x on ${table} (${cols})", "create index idx____x on t_______ (t______)", ":i table:i cols:i"},
	{"select * from {{ ref('a') }} where {x}", "select * from t_____________ where $2 ", "ref('a'):i x:v"},
	{"{{ config() }} select 1", "               select 1", "config():c"},
	{"from #{t} where a = #{ b }", "from t___ where a = $2    ", "t:i b:v"},
	{`select :'v', :"n" from t`, `select $1  , t___ from t`, "v:v n:i"},
	{"where id in ? and x", "where id in(0)and x", ":l"},
	{"where id in ?", "where id =  0", ":l"},
	{"where id not in ?)", "where id <>     0)", ":l"},
	{"where id in :ids", "where id in($1) ", "ids:l"},
	{"where id in $1", "where id in(0)", "1:l"},
	{"where id in (?, ?) and a in (:b)", "where id in (0, 0) and a in ($3)", ":v :v b:v"},
	{"insert into t (a, ${c}) values ${rows} returning a", "insert into t (a, t___) values($2)     returning a", "c:i rows:l"},
	{"insert into t values ?", "insert into t SELECT 0", ":l"},
	{"insert into t values %s", "insert into t values(0)", ":l"},
	{"update t set a = ?, ${c} = ${v} where x", "update t set a = 0, t___ = $3   where x", ":v c:i v:v"},
	{"update t set ${all} where id = 1", "update t set t=0    where id = 1", "all:c"},
	{"select * from t ${join} where a ${op} 5 order by a ${dir}", "select * from t         where a =     5 order by a       ", "join:c op:c dir:c"},
	{"select * from (${sub}) s", "select * from ($1    ) s", "sub:v"},
	{"select * from (${query}) s", "select * from (table t ) s", "query:c"},
	{"from a, ${b} where extract(year from :d) is distinct from :x", "from a, t___ where extract(year from $2) is distinct from $3", "b:i d:v x:v"},
	{"cast(a as ${type}), b::${type}", "cast(a as t______), b::t______", "type:i type:i"},
	{"select '?', \"a:b\", $$ :x $$ -- ?\n/* :y */ , ?", "select '?', \"a:b\", $$ :x $$ -- ?\n/* :y */ , 0", ":v"},
	{"where a = ?1 and b = :1 and c = $name", "where a = $1 and b = $2 and c = $3   ", "1:v 1:v name:v"},
	{"on conflict (${k}) do update set a = excluded.a", "on conflict (t___) do update set a = excluded.a", "k:i"},
	{"select ${a} from ${sch}.t for update", "select $1   from t_____.t for update", "a:v sch:i"},
	{"select a % b, 'x' || %s", "select a % b, 'x' || $1", ":v"},
	{"select count(*) from t where at >= :from::timestamptz", "select count(*) from t where at >= $1   ::timestamptz", "from:v"},
}

func TestPlaceholders(t *testing.T) {
	for _, c := range placeholderCases {
		out, params := Placeholders(c.in)
		var got []string
		for _, p := range params {
			role := "v"
			switch {
			case p.Identifier:
				role = "i"
			case p.List:
				role = "l"
			case p.Clause:
				role = "c"
			}
			got = append(got, fmt.Sprintf("%s:%s", p.Name, role))
		}
		if out != c.out || strings.Join(got, " ") != c.params {
			t.Errorf("%q\n got %q %q\nwant %q %q", c.in, out, strings.Join(got, " "), c.out, c.params)
		}
	}
}

func TestSanitize(t *testing.T) {
	in := "\ufeffa\x00b\xff'é\xc3'"
	if got := Sanitize(in); got != "   a b?'é?'" || len(got) != len(in) {
		t.Errorf("got %q", got)
	}
}

func FuzzPlaceholders(f *testing.F) {
	for _, c := range placeholderCases {
		f.Add(c.in)
	}
	for _, c := range splitCases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, params := Placeholders(in)
		if len(out) != len(in) {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
		if utf8.ValidString(in) && !utf8.ValidString(out) {
			t.Fatalf("%q became invalid: %q", in, out)
		}
		end := 0
		for _, p := range params {
			if p.Span.Start < end || p.Span.Empty() || p.Span.End > len(in) {
				t.Fatalf("param %v is out of order", p)
			}
			end = p.Span.End
		}
		for _, tok := range Lex(in) {
			switch tok.Kind {
			case String, QuotedIdent, LineComment, BlockComment, Number:
				if tok.In(in) != tok.In(out) {
					t.Fatalf("%q was touched: %q", tok.In(in), tok.In(out))
				}
			}
		}
		if s := Sanitize(in); len(s) != len(in) || !utf8.ValidString(s) {
			t.Fatalf("sanitized to %q", s)
		}
	})
}
