package pgserver

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path/filepath"
)

// Conn is a session that speaks the simple query protocol (manual, 55.2.2):
// all that tests need, and what runners send a file with.
type Conn struct {
	// PID is the process that serves the session.
	PID int
	s   net.Conn
	in  *bufio.Reader
}

// Error is what the server refuses a statement with.
type Error struct{ SQLState, Message string }

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.SQLState + ")" }

func (s *Server) connect(db string) (*Conn, error) {
	sock, err := net.Dial("unix", filepath.Join(s.dir, ".s.PGSQL.5432"))
	if err != nil {
		return nil, err
	}
	c := &Conn{s: sock, in: bufio.NewReader(sock)}
	const protocol = 3 << 16
	body := binary.BigEndian.AppendUint32(nil, protocol)
	for _, word := range []string{"user", superuser, "database", db, "client_encoding", "UTF8", ""} {
		body = append(append(body, word...), 0)
	}
	if err := c.send(nil, body); err != nil {
		return nil, err
	}
	if _, err := c.answer(); err != nil {
		sock.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the session.
func (c *Conn) Close() {
	c.send([]byte{'X'}, nil) // the server may be gone already
	c.s.Close()
}

// Query runs one query of any number of statements, in one transaction if they
// open none of their own. It gives the rows of the last one; NULL is "".
func (c *Conn) Query(sql string) ([][]string, error) {
	if err := c.send([]byte{'Q'}, append([]byte(sql), 0)); err != nil {
		return nil, err
	}
	return c.answer()
}

func (c *Conn) send(kind, body []byte) error {
	msg := binary.BigEndian.AppendUint32(kind, uint32(len(body)+4))
	_, err := c.s.Write(append(msg, body...))
	return err
}

// answer reads until the server is ready for the next query.
func (c *Conn) answer() ([][]string, error) {
	var rows [][]string
	var refused error
	for {
		kind, body, err := c.message()
		if err != nil {
			return nil, err
		}
		switch kind {
		case 'D':
			rows = append(rows, row(body))
		case 'T':
			rows = nil
		case 'K':
			c.PID = int(binary.BigEndian.Uint32(body))
		case 'E':
			refused = refusal(body)
		case 'R':
			if code := binary.BigEndian.Uint32(body); code != 0 {
				return nil, fmt.Errorf("the server wants authentication %d", code)
			}
		case 'Z':
			return rows, refused
		}
		if kind == 'E' && c.PID == 0 { // while connecting nothing follows
			return nil, refused
		}
	}
}

func (c *Conn) message() (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return 0, nil, fmt.Errorf("read from the server: %w", err)
	}
	body = make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	_, err = io.ReadFull(c.in, body)
	return head[0], body, err
}

func row(body []byte) []string {
	out := make([]string, binary.BigEndian.Uint16(body))
	body = body[2:]
	for i := range out {
		n := int32(binary.BigEndian.Uint32(body))
		body = body[4:]
		if n >= 0 {
			out[i], body = string(body[:n]), body[n:]
		}
	}
	return out
}

func refusal(body []byte) *Error {
	e := &Error{}
	for field := range bytes.SplitSeq(body, []byte{0}) {
		if len(field) > 0 {
			switch field[0] {
			case 'C':
				e.SQLState = string(field[1:])
			case 'M':
				e.Message = string(field[1:])
			}
		}
	}
	return e
}
