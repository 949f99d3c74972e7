package postgres

import (
	"maps"

	"github.com/dbwise/dbwise/parsers/schema"
)

// savepoint is what the transaction held when it was set.
type savepoint struct {
	name  string
	held  *schema.Effect
	locks map[schema.Name]schema.Lock
}

// maxSaved bounds the savepoints remembered, and the locks remembered of one.
const maxSaved = 500

// savepoint handles SAVEPOINT and what goes back to one: the locks taken since
// are given up then (manual, 13.3, "Explicit Locking").
func (s *Session) savepoint(c *schema.Change) bool {
	at := len(s.saved) - 1
	for at >= 0 && s.saved[at].name != c.Column {
		at--
	}
	switch c.Action {
	case "savepoint":
		if len(s.saved) < maxSaved && len(s.locks) < maxSaved { // else the locks count as kept
			s.saved = append(s.saved, savepoint{c.Column, s.held, maps.Clone(s.locks)})
		}
	case "rollback to savepoint":
		if at >= 0 {
			s.held, s.locks, s.saved = s.saved[at].held, maps.Clone(s.saved[at].locks), s.saved[:at+1]
		}
	case "release savepoint":
		if at >= 0 {
			s.saved = s.saved[:at]
		}
	default:
		return false
	}
	return true
}
