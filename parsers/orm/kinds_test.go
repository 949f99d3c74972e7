package orm

import (
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
)

// Origins of handles and of what is none; a callback stands in place of a call.
func TestKindOf(t *testing.T) {
	get := func(name string) code.Step { return code.Step{Op: code.Get, Name: name} }
	called, inst, awaited := code.Step{Op: code.Called}, code.Step{Op: code.Inst}, code.Step{Op: code.Awaited}
	result := func(n int) code.Step { return code.Step{Op: code.Result, N: n} }
	callback := func(n, m int) code.Step { return code.Step{Op: code.Callback, N: n, M: m} }
	for _, c := range []struct {
		library, module, name string
		steps                 []code.Step
		want                  string
	}{
		{"prisma", "@prisma/client", "PrismaClient", []code.Step{inst}, "client"},
		{"prisma", "@prisma/client", "default", []code.Step{get("PrismaClient"), inst}, "client"},
		{"prisma", "../generated/prisma/client.js", "PrismaClient", []code.Step{inst}, "client"},
		{"prisma", "@acme/db/generated", "PrismaClient", []code.Step{inst, get("$extends"), called}, "client"},
		{"prisma", "./fakes", "PrismaClient", []code.Step{inst}, ""},
		{"prisma", "@prisma/client", "PrismaClient", []code.Step{inst, get("user")}, ""},
		{"prisma", "@prisma/client", "PrismaClient", []code.Step{inst, get("$transaction"), callback(0, 0)}, "client"},
		{"prisma", "@prisma/client", "PrismaClient", []code.Step{inst, get("$transaction"), called, awaited}, ""},
		{"prisma", "@prisma/client", "PrismaClient", nil, ""},
		{"pg", "pg", "*", []code.Step{get("Pool"), inst, get("connect"), called, awaited}, "client"},
		{"postgres.js", "postgres", "default", []code.Step{called, get("begin"), callback(0, 0)}, "sql"},
		{"database/sql", "database/sql", "Open", []code.Step{called, result(0)}, "db"},
		{"database/sql", "database/sql", "Open", []code.Step{called, result(1)}, ""},
		{"database/sql", "database/sql", "DB", []code.Step{inst, get("Prepare"), called, result(0)}, "stmt"},
		{"database/sql", "database/sql", "DB", []code.Step{inst, get("Query"), called, result(0)}, ""},
		{"pgx", "github.com/jackc/pgx/v5/pgxpool", "Pool", []code.Step{inst, get("Acquire"), called, result(0), get("Conn"), called}, "db"},
		{"gorm", "gorm.io/gorm", "DB", []code.Step{inst, get("WithContext"), called}, "db"},
		{"gorm", "gorm.io/gorm", "DB", []code.Step{inst, get("Where"), called, get("Order"), called}, "scope"},
		{"gorm", "gorm.io/gorm", "DB", []code.Step{inst, get("Model"), called, get("Association"), called}, "assoc"},
		{"gorm", "gorm.io/gorm", "DB", []code.Step{inst, get("Find"), called}, ""},
		{"gorm", "github.com/other/gorm", "DB", []code.Step{inst}, ""},
	} {
		ref := code.Ref{Module: c.module, Name: c.name, Steps: c.steps}
		if got := library(c.library).KindOf(ref); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.library, ref, got, c.want)
		}
	}
}

// An interface of a project that declares a method of a handle stands for one.
func TestInterfaceKind(t *testing.T) {
	inst := []code.Step{{Op: code.Inst}}
	for _, c := range []struct{ library, method, module, name, want string }{
		{"database/sql", "QueryContext", "database/sql", "Rows", "db"},
		{"database/sql", "QueryContext", "example.com/fake", "Rows", ""},
		{"database/sql", "Find", "database/sql", "Rows", ""},
		{"pgx", "Exec", "github.com/jackc/pgx/v5/pgconn", "CommandTag", "db"},
		{"sqlx", "QueryRowxContext", "github.com/jmoiron/sqlx", "Row", "db"},
	} {
		if got := library(c.library).InterfaceKind(c.method, code.Ref{Module: c.module, Name: c.name, Steps: inst}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.library, c.method, got, c.want)
		}
	}
}

func TestTwiceIsAMistake(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a second library of the same name was accepted")
		}
	}()
	add(&Library{Name: "gorm"})
}

func library(name string) *Library {
	for _, l := range All() {
		if l.Name == name {
			return l
		}
	}
	return nil
}
