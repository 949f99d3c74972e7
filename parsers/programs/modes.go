package programs

import (
	"bytes"
	"path"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

// settings are the words without which no file says how a tool runs migrations.
var settings = [][]byte{[]byte("migrationsTransactionMode"), []byte("disableTransactions"), []byte("allOrNothing"), []byte("transactional"),
	[]byte("UseTransaction"), []byte("singleTransaction"), multiStatement}

// multiStatement is the option with which golang-migrate sends the statements of
// a file one by one (its postgres driver, README).
var multiStatement = []byte("x-multi-statement=true")

// Modes are what a file says of the transactions in which a project's tools run
// migrations:
//
//   - TypeORM's DataSource: migrationsTransactionMode all, each or none
//   - Knex: migrations.disableTransactions; Kysely's Migrator likewise
//   - MikroORM: migrations.allOrNothing and migrations.transactional
//   - gormigrate.Options: UseTransaction is one transaction for all
//   - node-pg-migrate: singleTransaction
//   - golang-migrate: x-multi-statement in the address of the database
func Modes(f *code.File, text []byte) []facts.Mode {
	found := false
	for _, word := range settings {
		found = found || bytes.Contains(text, word)
	}
	if !found {
		return nil
	}
	m := &modes{file: f}
	if bytes.Contains(text, multiStatement) {
		m.say("golang-migrate", schema.TxNone)
	}
	for _, n := range f.Body {
		n.Walk(m.look)
	}
	return m.out
}

type modes struct {
	file *code.File
	out  []facts.Mode
}

func (m *modes) say(runner string, tx schema.Tx) {
	m.out = append(m.out, facts.Mode{Runner: runner, Tx: tx})
}

func (m *modes) look(n *code.Node) bool {
	switch {
	case n.Kind == code.Assign && isGo(m.file.Lang):
		t := n.Kids[0]
		if t != nil && t.Kind == code.Member && t.Text == "UseTransaction" && isLiteral(n.Kids[1], "true") && imported(m.file, "*", gormigrateModules...) != "" {
			m.say("gormigrate", schema.TxBatch)
		}
	case n.Kind == code.Object && isGo(m.file.Lang):
		if typed(m.file, n, "Options", gormigrateModules...) && isLiteral(n.Get("UseTransaction"), "true") {
			m.say("gormigrate", schema.TxBatch)
		}
	case n.Kind == code.Object:
		m.object(n)
	case n.Kind == code.New && len(n.Kids) > 1 && n.Kids[0] != nil && n.Kids[0].Text != "" && n.Kids[0].Text == imported(m.file, "Migrator", "kysely"):
		if o := object(m.file, n.Kids[1]); isLiteral(o.Get("disableTransactions"), "true") {
			m.say("kysely", schema.TxNone)
		}
		return false
	}
	return true
}

// object reads the options of tools of scripts.
func (m *modes) object(n *code.Node) {
	if v := strip(n.Get("migrationsTransactionMode")); v != nil && v.Kind == code.String {
		switch v.Text {
		case "each":
			m.say("typeorm", schema.TxFile)
		case "none":
			m.say("typeorm", schema.TxNone)
		}
	}
	if isLiteral(n.Get("disableTransactions"), "true") {
		m.say(map[bool]string{true: "kysely", false: "knex"}[strings.HasPrefix(path.Base(m.file.Path), "kysely")], schema.TxNone)
	}
	if isLiteral(n.Get("singleTransaction"), "false") {
		m.say("node-pg-migrate", schema.TxFile)
	}
	o := object(m.file, n.Get("migrations"))
	switch {
	case o == nil:
	case isLiteral(o.Get("transactional"), "false"):
		m.say("mikro-orm", schema.TxNone)
	case isLiteral(o.Get("allOrNothing"), "false"):
		m.say("mikro-orm", schema.TxFile)
	}
}

func isLiteral(n *code.Node, text string) bool {
	n = strip(n)
	return n != nil && (n.Kind == code.Bool || n.Kind == code.Ident) && n.Text == text
}
