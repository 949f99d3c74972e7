package orm

import "strings"

// English plurals as Go ORMs form them (the Rails rules, as of
// jinzhu/inflection 1.0), for lower-case names with underscores.

// uncountable words are their own plural, when they are the whole name.
var uncountable = names("equipment information rice money species series fish sheep jeans police")

// irregular endings come before all rules, also at the end of longer words
// ("human" really becomes "humen").
var irregular = [][2]string{{"person", "people"}, {"man", "men"}, {"child", "children"}, {"sex", "sexes"}, {"move", "moves"}, {"mombie", "mombies"}}

// wholePlurals are names whose rule holds for the whole name only.
var wholePlurals = map[string]string{"oxen": "oxen", "ox": "oxen", "mice": "mice", "lice": "lice", "mouse": "mice", "louse": "lice", "axis": "axes", "testis": "testes"}

// pluralEndings are tried in order: what ends in the first gets the second in
// its place.
var pluralEndings = [][2]string{
	{"quiz", "quizzes"},
	{"matrix", "matrices"}, {"matrex", "matrices"}, {"vertix", "vertices"}, {"vertex", "vertices"}, {"indix", "indices"}, {"index", "indices"},
	{"x", "xes"}, {"ch", "ches"}, {"ss", "sses"}, {"sh", "shes"},
	{"quy", "quies"}, {"ay", "ays"}, {"ey", "eys"}, {"iy", "iys"}, {"oy", "oys"}, {"uy", "uys"}, {"yy", "yys"}, {"y", "ies"},
	{"hive", "hives"},
	{"ffe", "ffes"}, {"fe", "ves"}, {"lf", "lves"}, {"rf", "rves"},
	{"sis", "ses"},
	{"ta", "ta"}, {"ia", "ia"}, {"tum", "ta"}, {"ium", "ia"},
	{"buffalo", "buffaloes"}, {"tomato", "tomatoes"},
	{"bus", "buses"},
	{"alias", "aliases"}, {"status", "statuses"},
	{"octopi", "octopi"}, {"viri", "viri"}, {"octopus", "octopi"}, {"virus", "viri"},
	{"s", "s"},
}

// plural is the plural of a table name.
func plural(name string) string {
	if uncountable[name] {
		return name
	}
	for _, w := range irregular {
		if stem, ok := strings.CutSuffix(name, w[0]); ok {
			return stem + w[1]
		}
	}
	if p := wholePlurals[name]; p != "" {
		return p
	}
	for _, e := range pluralEndings {
		stem, ok := strings.CutSuffix(name, e[0])
		if !ok || stem == "" && (e[0] == "y" || e[0] == "fe") {
			continue
		}
		return stem + e[1]
	}
	if n := len(name); n > 0 && name[n-1] >= 'a' && name[n-1] <= 'z' {
		return name + "s"
	}
	return name
}
