package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// function lowers CREATE FUNCTION and PROCEDURE, and reads the body.
func (l *lowerer) function(x *pg.CreateFunctionStmt) {
	r := &schema.Routine{Name: qualified(x.Funcname), Procedure: x.IsProcedure, Volatility: "volatile", Language: "sql"}
	if x.ReturnType != nil {
		r.Returns = typeText(x.ReturnType)
		if x.ReturnType.Setof {
			r.Returns = "setof " + r.Returns
		}
	}
	vars := map[string]bool{}
	for _, n := range x.Parameters {
		p := n.GetFunctionParameter()
		if p.GetName() != "" {
			r.Params = append(r.Params, p.Name)
			vars[p.Name] = true
		}
		switch p.GetMode() {
		case pg.FunctionParameterMode_FUNC_PARAM_OUT, pg.FunctionParameterMode_FUNC_PARAM_TABLE:
		default:
			r.Args = append(r.Args, typeText(p.GetArgType()))
		}
	}
	body := -1
	for _, n := range x.Options {
		d := n.GetDefElem()
		switch d.GetDefname() {
		case "language":
			r.Language = strings.ToLower(d.GetArg().GetString_().GetSval())
		case "volatility":
			r.Volatility = d.GetArg().GetString_().GetSval()
		case "as":
			body = l.bodyToken(int(d.Location))
		}
	}
	if r.Language == "sql" && body >= 0 {
		if b := quotedBody(l.in(body), 0); !b.Escaped {
			r.Body = b.Span.In([]byte(l.in(body)))
		}
	}
	object := "function"
	if x.IsProcedure {
		object = "procedure"
	}
	name := l.named(l.first+1, l.end(), r.Name.Name)
	l.change(schema.Change{Kind: schema.OtherDDL, Action: "create " + object, Object: object, Routine: r, Other: r.Name,
		Replace: x.Replace, NameSpan: name})
	vars[r.Name.Name] = true // qualifies parameters: f.a
	if x.SqlBody != nil {
		l.sqlBody(x.SqlBody, vars)
	}
	l.body(body, r.Language, vars, nil)
}

// do lowers a DO block. What it changes it changes now, if it gets there.
func (l *lowerer) do(x *pg.DoStmt) {
	language, body := "plpgsql", -1
	for _, n := range x.Args {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "language":
			language = strings.ToLower(d.GetArg().GetString_().GetSval())
		case "as":
			body = l.bodyToken(int(d.Location))
		}
	}
	l.body(body, language, map[string]bool{}, func(c schema.Change) {
		c.Conditional = true
		l.out.Changes = append(l.out.Changes, c)
	})
}

// bodyToken is the first string at or behind a location, -1 if there is none.
func (l *lowerer) bodyToken(location int) int {
	if location < 0 {
		return -1
	}
	for i := l.at(location); i < min(l.at(location)+2, len(l.list)); i++ {
		if l.list[i].kind == sqltext.String {
			return i
		}
	}
	return -1
}

// body reads the statements of a body that stands in the string token i;
// changed takes the schema changes among them, nil ignores them.
func (l *lowerer) body(i int, language string, vars map[string]bool, changed func(schema.Change)) {
	if i < 0 {
		return
	}
	b := quotedBody(l.in(i), l.list[i].Start)
	b.Language = language
	l.out.Bodies = append(l.out.Bodies, b)
	if b.Escaped || l.nested >= maxNested || language != "sql" && language != "plpgsql" {
		return
	}
	text := l.text[b.Span.Start:b.Span.End]
	var list []piece
	if language == "sql" {
		for _, s := range sqltext.Split([]byte(text)) {
			list = append(list, piece{text: s.Span.In([]byte(text)), at: s.Span.Start})
		}
	} else {
		list = plpgsql(text, vars)
	}
	for _, p := range list {
		l.embedded(p, b, vars, changed)
	}
}

// maxNested is how deep bodies inside bodies are read.
const maxNested = 3

// quotedBody is the text between the quotes of a string token.
func quotedBody(token string, at int) Body {
	if token[0] == '$' {
		tag := strings.IndexByte(token[1:], '$') + 2
		if len(token) >= 2*tag && strings.HasSuffix(token, token[:tag]) {
			return Body{Span: source.Span{Start: at + tag, End: at + len(token) - tag}}
		}
	}
	if token[0] == '\'' && len(token) >= 2 && token[len(token)-1] == '\'' && !strings.Contains(token[1:len(token)-1], "''") {
		return Body{Span: source.Span{Start: at + 1, End: at + len(token) - 1}}
	}
	return Body{Span: source.Span{Start: at, End: at + len(token)}, Escaped: true}
}

// piece is one statement or expression of a body; at is where its text would
// begin in the body, from the first byte of it that really stands there.
type piece struct {
	text     string
	at, from int
}

// embedded lowers one piece of a body. An error in it is nobody's: it may be
// procedural syntax this package does not know.
func (l *lowerer) embedded(p piece, b Body, vars map[string]bool, changed func(schema.Change)) {
	text := sqltext.Sanitize(p.text)
	if guard(text) != nil {
		return
	}
	tree, problem := callParser(text)
	if problem != nil {
		return
	}
	in := &lowerer{tokens: lex(text), orig: p.text, out: &Statement{}, vars: vars, nested: l.nested + 1, uncertain: b.Language == "sql"}
	in.lower(tree)
	at := func(s source.Span) source.Span {
		s = s.Shift(p.at + b.Span.Start)
		low := p.from + b.Span.Start
		return source.Span{Start: max(s.Start, low), End: max(s.End, low)}
	}
	for _, q := range in.out.Queries {
		if q.Op != query.Select || len(q.Tables) > 0 {
			l.embed(q.MapSpans(at))
			continue
		}
		for _, s := range q.Subqueries { // an expression, or PERFORM f()
			l.embed(s.MapSpans(at))
		}
	}
	if changed != nil {
		for _, c := range in.out.Changes {
			changed(c.MapSpans("", at))
		}
	}
}

func (l *lowerer) embed(q *query.Query) {
	q.Role = query.Body
	l.out.Queries = append(l.out.Queries, q)
}

// sqlBody lowers BEGIN ATOMIC ... END and RETURN of SQL functions, which are
// part of the statement's own tree.
func (l *lowerer) sqlBody(n *pg.Node, vars map[string]bool) {
	before, uncertain := l.vars, l.uncertain
	l.vars, l.uncertain = vars, true
	defer func() { l.vars, l.uncertain = before, uncertain }()
	outer := l.scope(&query.Query{}, nil)
	var walk func(*pg.Node)
	walk = func(n *pg.Node) {
		if list := n.GetList(); list != nil {
			for _, item := range list.Items {
				walk(item)
			}
			return
		}
		if r := n.GetReturnStmt(); r != nil {
			outer.refs(r.Returnval)
			return
		}
		if q := l.dml(n, outer, query.Body); q != nil {
			l.out.Queries = append(l.out.Queries, q)
		}
	}
	walk(n)
	for _, q := range outer.q.Subqueries {
		l.embed(q)
	}
}
