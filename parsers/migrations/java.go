package migrations

import (
	"path"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
)

// javaBuilds are the files in which a project of Java names its drivers.
var javaBuilds = []string{"pom.xml", "build.gradle", "build.gradle.kts"}

// javaDrivers are the names of drivers in them.
var javaDrivers = []struct {
	word    string
	dialect query.Dialect
}{{"org.postgresql", query.PostgreSQL}, {"mysql-connector", query.MySQL}, {"mariadb-java-client", query.MySQL}, {"sqlite-jdbc", query.SQLite}}

// javaDriver is the database that the folder is named after, else the only one
// that the nearest build file above names a driver of.
func (w *world) javaDriver(dir string) query.Dialect {
	if d := w.driver(dir); d != query.Generic {
		return d
	}
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		var only query.Dialect
		several := false
		for _, name := range javaBuilds {
			p := path.Join(at, name)
			if !w.here[p] {
				continue
			}
			text := string(w.read(p))
			for _, d := range javaDrivers {
				if strings.Contains(text, d.word) {
					several = several || only != query.Generic && only != d.dialect
					only = d.dialect
				}
			}
		}
		if several {
			return query.Generic
		}
		if only != query.Generic {
			return only
		}
	}
	return query.Generic
}
