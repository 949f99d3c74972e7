package postgres

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

// NewestVersion is the server version effects are computed for unless told
// otherwise; OldestVersion the oldest one known. Major versions.
const (
	OldestVersion = 11
	NewestVersion = 18
)

// Session computes what statements do to a running server, one after the
// other: which locks they take on what was there before, for how long, what is
// lost. It reads the schema from a builder, to which the caller applies the
// changes of each statement after asking for its impact.
type Session struct {
	schema  *schema.Builder
	known   bool
	version int
	// open: in a transaction block. held are the strongest locks it holds.
	open bool
	held map[schema.Name]schema.Effect
	// made are the relations of this session's own.
	made map[schema.Name]bool
}

// NewSession starts a session on a server of a major version; 0 means the
// newest. known says that the schema holds every table.
func NewSession(b *schema.Builder, known bool, version int) *Session {
	if version == 0 {
		version = NewestVersion
	}
	version = min(max(version, OldestVersion), NewestVersion)
	return &Session{schema: b, known: known, version: version}
}

// Begin opens a transaction, as a runner does before a file.
func (s *Session) Begin() { s.open, s.held = true, nil }

// Impact is what a statement does, given all before it. The schema must not
// yet have its changes. It is never nil.
func (s *Session) Impact(st *facts.Statement) *schema.Impact {
	out := &schema.Impact{Class: schema.Online}
	if st.Problem != nil {
		out.Class, out.Unread = schema.ClassUnknown, true
		return out
	}
	for i := range st.Changes {
		switch c := &st.Changes[i]; c.Kind {
		case schema.Begin:
			s.Begin()
		case schema.Commit, schema.Rollback:
			s.open, s.held = false, nil
		}
	}
	return out
}
