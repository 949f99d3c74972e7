package postgres

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// typeOf is a type by the catalog's name, its modifier ("10,2") and the number
// of array dimensions. The schema pg_catalog, which the parser adds to the
// spelled-out SQL types, is left off.
func typeOf(t *pg.TypeName) (name, modifier string, array int) {
	if t == nil {
		return "", "", 0
	}
	parts := strs(t.Names)
	if len(parts) == 2 && parts[0] == "pg_catalog" {
		parts = parts[1:]
	}
	name = strings.Join(parts, ".")
	if alias, ok := typeAliases[name]; ok {
		name = alias
	}
	var mods []string
	for _, m := range t.Typmods {
		if c := m.GetAConst(); c != nil {
			mods = append(mods, constText(c))
		} else if c := m.GetColumnRef(); c != nil {
			mods = append(mods, strings.Join(strs(c.Fields), "."))
		}
	}
	if name == "interval" {
		mods = intervalMods(mods)
	}
	if t.PctType {
		name += "%type"
	}
	return name, strings.Join(mods, ","), len(t.ArrayBounds)
}

// typeAliases are the spellings that reach the parse tree as the user's own
// names though the manual's table "Data Types" makes them aliases.
var typeAliases = map[string]string{
	"serial4": "serial", "serial8": "bigserial", "serial2": "smallserial",
}

// serials are the pseudo-types, by the integer type they stand for (manual,
// "Serial Types").
var serials = map[string]string{"serial": "int4", "bigserial": "int8", "smallserial": "int2"}

// intervalFields are the fields of an interval by their bit in the mask the
// parser makes of them (src/include/utils/datetime.h).
var intervalFields = []struct {
	bit  int
	name string
}{{2, "year"}, {1, "month"}, {3, "day"}, {10, "hour"}, {11, "minute"}, {secondBit, "second"}}

const secondBit = 12

// intervalMods is the precision of an interval. A mask of fields means the whole
// interval if it reaches down to the seconds; else it is given in words.
func intervalMods(mods []string) []string {
	if len(mods) == 2 {
		return mods[1:]
	}
	if len(mods) == 0 {
		return nil
	}
	mask, err := strconv.Atoi(mods[0])
	if err != nil || mask&(1<<secondBit) != 0 {
		return nil
	}
	var first, last string
	for _, f := range intervalFields {
		if mask&(1<<f.bit) != 0 {
			if last = f.name; first == "" {
				first = last
			}
		}
	}
	if first == last {
		return []string{first}
	}
	return []string{first + " to " + last}
}

// typeText is the type in one word, for casts.
func typeText(t *pg.TypeName) string {
	name, mod, array := typeOf(t)
	if mod != "" {
		name += "(" + mod + ")"
	}
	return name + strings.Repeat("[]", array)
}

// strs are the texts of a list of String nodes; other nodes count as "*".
func strs(list []*pg.Node) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		switch x := n.GetNode().(type) {
		case *pg.Node_String_:
			out = append(out, x.String_.Sval)
		case *pg.Node_AStar:
			out = append(out, "*")
		}
	}
	return out
}

// last is the final part of a qualified name.
func last(list []*pg.Node) string {
	s := strs(list)
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1]
}

// constText is the value of a constant without quotes.
func constText(c *pg.A_Const) string {
	switch v := c.GetVal().(type) {
	case *pg.A_Const_Ival:
		return strconv.Itoa(int(v.Ival.GetIval()))
	case *pg.A_Const_Fval:
		return v.Fval.GetFval()
	case *pg.A_Const_Boolval:
		return strconv.FormatBool(v.Boolval.GetBoolval())
	case *pg.A_Const_Sval:
		return v.Sval.GetSval()
	case *pg.A_Const_Bsval:
		return v.Bsval.GetBsval()
	}
	return ""
}
