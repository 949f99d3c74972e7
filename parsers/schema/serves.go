package schema

// Access is what one query needs of one table: the facts every index question
// is about. Columns are named as in the table.
type Access struct {
	// Equal are compared with one value each, In with a list, Null are tested
	// IS NULL, Range are bounded on a side or between two.
	Equal, In, Null, Range []string
	// Sort is the wanted order after the filter, Limit whether only the first
	// rows are read.
	Sort  []SortKey
	Limit bool
}

// SortKey is one key of a wanted order.
type SortKey struct {
	Column string
	Desc   bool
	Nulls  string // "", "first", "last"
}

// Key is one b-tree key path of a table, whatever backs it: the primary key, a
// unique constraint or an index.
type Key struct {
	Name    string
	Parts   []IndexPart
	Unique  bool
	Partial bool
	// Needs are the columns of a partial index's predicate.
	Needs  []string
	Origin Origin
}

// Answer says how far a table's keys go for an access.
type Answer struct {
	// Filter: some key finds the rows of the filter without reading the whole
	// table. Unique: it finds at most one. Order: it gives them in the order
	// wanted, or the filter is so narrow that no order is needed.
	Filter, Unique, Order bool
	// By names the key that serves best.
	By string
}

// KeyPaths lists every valid b-tree key path.
func (t *Table) KeyPaths() []Key {
	var out []Key
	constraint := func(c *Constraint) {
		k := Key{Name: c.Name, Unique: true, Origin: c.Origin}
		for _, col := range c.Columns {
			k.Parts = append(k.Parts, IndexPart{Column: col})
		}
		out = append(out, k)
	}
	if t.PrimaryKey != nil {
		constraint(t.PrimaryKey)
	}
	for _, c := range t.Constraints {
		if c.Kind == Unique {
			constraint(c)
		}
	}
	for _, x := range t.Indexes {
		if (x.Method == "" || x.Method == "btree") && !x.Invalid {
			out = append(out, Key{Name: x.Name, Parts: x.Parts, Unique: x.Unique,
				Partial: x.Where != "", Needs: x.WhereColumns, Origin: x.Origin})
		}
	}
	return out
}

// Serves answers whether the table's keys serve an access: a left prefix of a
// key must lie in its equality columns, at most one range may follow, and the
// order must continue where the equalities end (PostgreSQL manual, 11.3
// "Multicolumn Indexes" and 11.4 "Indexes and ORDER BY").
func (t *Table) Serves(a Access) Answer {
	var best Answer
	for _, k := range t.KeyPaths() {
		if got := k.serves(a); got.better(best) {
			best = got
			best.By = k.Name
		}
	}
	return best
}

func (a Answer) score() int {
	n := 0
	for _, on := range []bool{a.Unique, a.Filter, a.Order} {
		n *= 2
		if on {
			n++
		}
	}
	return n
}

func (a Answer) better(b Answer) bool { return a.score() > b.score() }

func (k Key) serves(a Access) Answer {
	if k.Partial && !a.mentions(k.Needs) {
		return Answer{}
	}
	var got Answer
	n, exact, values := 0, 0, 0
	for n < len(k.Parts) && k.Parts[n].Column != "" {
		col := k.Parts[n].Column
		if !has(a.Equal, col) && !has(a.In, col) && !has(a.Null, col) {
			break
		}
		if has(a.Equal, col) && exact == n {
			exact++
		}
		if !has(a.Null, col) {
			values++
		}
		n++
	}
	// IS NULL alone finds the common case, not the rare one: it counts only
	// beside a value, unless nothing else is asked.
	got.Filter = values > 0 || n > 0 && len(a.Equal)+len(a.In) == 0 || len(k.Parts) > 0 && has(a.Range, k.Parts[0].Column)
	if k.Unique && n == len(k.Parts) && !k.Partial {
		// At most one row for each listed value: nothing is left to sort.
		got.Unique, got.Order = exact == n, exact == n
	}
	// A partial index on the filter's own columns holds just those rows.
	if k.Partial && !got.Filter && len(a.Equal)+len(a.In) == 0 {
		got.Filter = true
	}
	if len(a.Sort) == 0 {
		got.Order = true
	} else if k.ordered(exact, a.Sort) {
		got.Order = true
	}
	return got
}

// ordered reports whether the parts from at on give the order, forwards or backwards.
func (k Key) ordered(at int, sort []SortKey) bool {
	if at+len(sort) > len(k.Parts) {
		return false
	}
	forwards, backwards := true, true
	for i, s := range sort {
		p := k.Parts[at+i]
		if p.Column != s.Column {
			return false
		}
		forwards = forwards && p.Desc == s.Desc && nulls(p.Nulls, p.Desc) == nulls(s.Nulls, s.Desc)
		backwards = backwards && p.Desc != s.Desc && nulls(p.Nulls, p.Desc) != nulls(s.Nulls, s.Desc)
	}
	return forwards || backwards
}

// nulls is where nulls stand: NULLS FIRST is the default of DESC, NULLS LAST
// of ASC (PostgreSQL manual, "SELECT", ORDER BY clause).
func nulls(written string, desc bool) string {
	switch {
	case written != "":
		return written
	case desc:
		return "first"
	}
	return "last"
}

func (a Access) mentions(cols []string) bool {
	for _, c := range cols {
		if !has(a.Equal, c) && !has(a.In, c) && !has(a.Null, c) && !has(a.Range, c) {
			return false
		}
	}
	return true
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// CoversPrefix reports whether some key path starts with exactly these columns,
// in any order: what a foreign key look-up needs. A partial index counts if
// its predicate is about these columns only, as in WHERE parent_id IS NOT NULL.
func (t *Table) CoversPrefix(cols []string) bool {
	for _, k := range t.KeyPaths() {
		if len(k.Parts) < len(cols) {
			continue
		}
		all := true
		for _, c := range k.Needs {
			all = all && has(cols, c)
		}
		for _, p := range k.Parts[:len(cols)] {
			all = all && p.Column != "" && has(cols, p.Column)
		}
		if all {
			return true
		}
	}
	return false
}
