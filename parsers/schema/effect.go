package schema

// Lock is a table-level lock mode, weakest first so that modes compare
// (PostgreSQL manual, 13.3.1 "Table-Level Locks").
type Lock uint8

// The lock modes.
const (
	NoLock Lock = iota
	AccessShare
	RowShare
	RowExclusive
	ShareUpdateExclusive
	Share
	ShareRowExclusive
	Exclusive
	AccessExclusive
)

var lockNames = [...]string{"none", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
	"SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"}

func (l Lock) String() string { return lockNames[l] }

// Blocks is what of an application's work waits for the mode, by the conflict
// table of the manual's 13.3.1: reads take ACCESS SHARE, writes ROW EXCLUSIVE.
func (l Lock) Blocks() Blocking {
	switch {
	case l == AccessExclusive:
		return BlocksAll
	case l >= Share:
		return BlocksWrites
	}
	return BlocksNone
}

// Blocking is what waits for a lock.
type Blocking uint8

// The levels, least first.
const (
	BlocksNone Blocking = iota
	BlocksWrites
	BlocksAll
)

var blockingNames = [...]string{"none", "writes", "all"}

func (b Blocking) String() string { return blockingNames[b] }

// Work is what a statement does with the rows of a relation for as long as
// there are rows.
type Work uint8

// The kinds of work, in the order in which a message prefers them. ScanRows
// reads the whole table for another reason than a constraint (VACUUM, COPY,
// CREATE TABLE AS); WriteRows updates or deletes most of its rows.
const (
	NoWork Work = iota
	ScanRows
	WriteRows
	CheckRows  // a constraint or NOT NULL is verified
	BuildIndex // an index is built or rebuilt
	Rewrite    // the table is written anew
)

var workNames = [...]string{"", "full scan", "rows written", "constraint check", "index build", "rewrite"}

func (w Work) String() string { return workNames[w] }

// LossKind is what a Loss takes away.
type LossKind uint8

// The kinds. LostName is an enum label, type, function, sequence, schema or
// the old name of something renamed.
const (
	LostTable LossKind = iota
	LostColumn
	LostRows
	LostName
	LostConstraint
	LostIndex
)

var lossNames = [...]string{"table", "column", "rows", "name", "constraint", "index"}

func (k LossKind) String() string { return lossNames[k] }

// Loss is one thing that is gone when the statement is done. Column is empty
// but for LostColumn. Renamed is the new name if the thing only moved.
type Loss struct {
	Kind    LossKind
	Name    Name
	Column  string
	Renamed string
}

// Effect is what a statement does to one relation that exists before it.
type Effect struct {
	// Relation is the table, view, index or sequence; Object says which, in
	// lower case ("table", "partition", "materialized view", "index", ...).
	Relation Name
	Object   string
	// Lock is the strongest mode this statement takes on it. Blocks is what
	// waits for it: an ACCESS EXCLUSIVE lock on an index also stops whoever
	// plans a query of its table, so Blocks may be more than the mode's own.
	Lock   Lock
	Blocks Blocking
	// Held is the strongest lock the transaction holds on it already.
	Held Lock
	// Work is done while the lock is held and grows with the relation's rows;
	// Why is the reason in words that follow "because", without a full stop,
	// "" where the kind of work says it all.
	Work Work
	Why  string
	// Lost is what is gone of it, or with it.
	Lost []Loss
	// Cause is the clause it follows from.
	Cause *Change
	// New: the relation was made in this transaction or file; nobody waits for
	// it, and it has no rows to speak of. Such effects judge nothing.
	New bool
	// May: what decides is not known (a table, type or function that no file
	// describes); the effect is the likely one.
	May bool
}

// Long reports whether the time grows with the table.
func (e *Effect) Long() bool { return e.Work != NoWork }

// Class is the judgement of a statement, or of a file as the worst over its
// transaction. Later is worse.
type Class uint8

// The classes. Brief locks still queue behind long queries and make all others
// queue behind them.
const (
	ClassUnknown Class = iota
	Online
	LongOnline
	BriefBlockWrites
	BriefBlockAll
	LongBlockWrites
	LongBlockAll
)

var classNames = [...]string{"unknown", "online", "long-online", "brief-block-writes", "brief-block-all", "long-block-writes", "long-block-all"}

func (c Class) String() string { return classNames[c] }

// Impact is what one statement does to a database in use.
type Impact struct {
	// Effects by relation, the worst first.
	Effects []Effect
	// Lost is what is gone beside relations: types, labels, functions, schemas.
	Lost []Loss
	// NoTransaction: the server refuses it in a transaction block (SQLSTATE
	// 25001). Fails: it fails wherever it runs; Refusal says why in a sentence.
	NoTransaction, Fails bool
	Refusal              string
	// Class is the worst of the effects and of what the transaction's earlier
	// locks turn them into: a scan under SHARE UPDATE EXCLUSIVE blocks
	// everybody once the transaction holds ACCESS EXCLUSIVE on anything.
	Class Class
	// Carried: the class is worse than the statement's own because of a lock
	// the transaction took before, on this relation, by that statement.
	Carried *Effect
	// Unread: the statement could not be read.
	Unread bool
	// Timeout: the session has set lock_timeout before it.
	Timeout bool
}

// Worst is the effect that decides the class, nil if nothing blocks or lasts.
func (i *Impact) Worst() *Effect {
	if i == nil {
		return nil
	}
	var worst *Effect
	for k := range i.Effects {
		e := &i.Effects[k]
		if e.New || e.Blocks == BlocksNone && !e.Long() {
			continue
		}
		if worst == nil || e.Class() > worst.Class() {
			worst = e
		}
	}
	return worst
}

// Of are the effects that follow from one clause.
func (i *Impact) Of(c *Change) []*Effect {
	if i == nil {
		return nil
	}
	var out []*Effect
	for k := range i.Effects {
		if i.Effects[k].Cause == c {
			out = append(out, &i.Effects[k])
		}
	}
	return out
}

// Class is the judgement of one effect alone.
func (e *Effect) Class() Class {
	if e.New {
		return Online
	}
	return ClassOf(e.Blocks, e.Long())
}

// ClassOf is the class of what blocks so much, for as long as there are rows
// or only for a moment.
func ClassOf(b Blocking, long bool) Class {
	switch {
	case b == BlocksAll && long:
		return LongBlockAll
	case b == BlocksWrites && long:
		return LongBlockWrites
	case b == BlocksAll:
		return BriefBlockAll
	case b == BlocksWrites:
		return BriefBlockWrites
	case long:
		return LongOnline
	}
	return Online
}
