package source

import (
	"path"
	"regexp"
	"strings"
)

// Context is what a file is for, as far as its path tells. Rules about running
// systems are quieter outside App.
type Context uint8

// The contexts.
const (
	App Context = iota
	Test
	Seed
	MigrationFile
	Script
)

var contextNames = [...]string{"app", "test", "seed", "migration", "script"}

func (c Context) String() string { return contextNames[c] }

var testFile = regexp.MustCompile(`(_test\.go|[._-](test|tests|spec|e2e|bench|stories|mock|mocks|fixture|fixtures)\.[cm]?[jt]sx?)$`)

var contextFolders = map[string]Context{
	"test": Test, "tests": Test, "__tests__": Test, "__mocks__": Test, "testdata": Test, "testutil": Test,
	"testing": Test, "e2e": Test, "spec": Test, "specs": Test, "integration-tests": Test, "benchmark": Test,
	"benchmarks": Test, "fixtures": Test, "fixture": Test, "mocks": Test, "cypress": Test, "playwright": Test,
	"seed": Seed, "seeds": Seed, "seeders": Seed, "seeding": Seed,
	"migrations": MigrationFile, "migration": MigrationFile, "migrate": MigrationFile,
	"scripts": Script, "script": Script, "examples": Script, "example": Script, "tools": Script, "devtools": Script,
}

// ContextOf tells the context of a path relative to its workspace.
func ContextOf(rel string) Context {
	rel = strings.ToLower(rel)
	base := path.Base(rel)
	if testFile.MatchString(base) {
		return Test
	}
	stem, _, _ := strings.Cut(base, ".")
	switch {
	case stem == "seed" || stem == "seeds" || stem == "seeder" || strings.HasPrefix(stem, "seed-") || strings.HasPrefix(stem, "seed_") || strings.HasSuffix(stem, "_fixtures"):
		return Seed
	case strings.HasSuffix(stem, "_test") || strings.HasPrefix(stem, "test_"):
		return Test
	}
	for _, dir := range strings.Split(path.Dir(rel), "/") {
		if c, ok := contextFolders[dir]; ok {
			return c
		}
	}
	return App
}
