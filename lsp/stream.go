package lsp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
)

// Limits of what is read, in bytes. A longer message is refused with an error;
// beyond maxSkipped it is not even read to its end, for then the header lies.
const (
	maxHeaderLine = 8 << 10
	maxMessage    = 128 << 20
	maxSkipped    = 1 << 30
	// maxQueued is how much may wait for an editor that does not read.
	maxQueued = 64 << 20
)

// stream frames messages by Content-Length. Unlike the library's own it answers
// what it cannot read and goes on, bounds what it reads, and writes without
// blocking: an editor that does not read its pipe must not stop the reader.
type stream struct {
	in *bufio.Reader
	// ended is closed when nothing more will be read.
	ended   chan struct{}
	endOnce sync.Once
	body    []byte

	out  io.Writer
	mu   sync.Mutex // guards what follows
	cond *sync.Cond
	// queue holds framed messages, writing says that one is on its way.
	queue   [][]byte
	queued  int
	writing bool
	closed  bool
	failed  error
}

func newStream(in io.Reader, out io.Writer) *stream {
	s := &stream{in: bufio.NewReaderSize(in, 64<<10), out: out, ended: make(chan struct{})}
	s.cond = sync.NewCond(&s.mu)
	go s.write()
	return s
}

// end makes the next Read give io.EOF.
func (s *stream) end() { s.endOnce.Do(func() { close(s.ended) }) }

// Read gives the next message that makes sense.
func (s *stream) Read(context.Context) (jsonrpc2.Message, int64, error) {
	for {
		select {
		case <-s.ended:
			return nil, 0, io.EOF
		default:
		}
		body, err := s.frame()
		var bad *jsonrpc2.Error
		if errors.As(err, &bad) {
			s.refuse(bad)
			continue
		}
		if err != nil {
			s.end()
			return nil, 0, err
		}
		msg, err := jsonrpc2.DecodeMessage(body)
		if err != nil {
			s.refuse(asRefusal(body, err))
			continue
		}
		return msg, int64(len(body)), nil
	}
}

// asRefusal tells broken JSON from JSON that is no message.
func asRefusal(body []byte, err error) *jsonrpc2.Error {
	var coded *jsonrpc2.Error
	if errors.As(err, &coded) {
		return coded
	}
	if t := bytes.TrimSpace(body); len(t) > 0 && t[0] == '[' {
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "batches are not part of the Language Server Protocol")
	}
	return jsonrpc2.NewError(jsonrpc2.ParseError, err.Error())
}

func (s *stream) refuse(e *jsonrpc2.Error) {
	_, _ = s.send(jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, e))
}

// frame reads one body. A *jsonrpc2.Error says what was wrong with a message
// that is now behind the reader.
func (s *stream) frame() ([]byte, error) {
	n, err := s.header()
	if err != nil {
		return nil, err
	}
	switch {
	case n > maxSkipped:
		s.refuse(jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "a message of %d bytes is not read: the connection ends", n))
		return nil, io.EOF
	case n > maxMessage:
		if _, err := io.CopyN(io.Discard, s.in, int64(n)); err != nil {
			return nil, io.EOF
		}
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "a message of %d bytes is too long: the limit is %d", n, maxMessage)
	case n <= cap(s.body):
	case n <= 1<<20:
		s.body = make([]byte, n)
	default:
		return s.long(n)
	}
	body := s.body[:n]
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, io.EOF
	}
	return body, nil
}

// long reads a body of which only as much is allocated as really comes.
func (s *stream) long(n int) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.CopyN(&b, s.in, int64(n)); err != nil {
		return nil, io.EOF
	}
	return b.Bytes(), nil
}

// header reads up to the empty line. Lines that are no header are skipped, and
// refused once, so that the reader finds the next message.
func (s *stream) header() (int, error) {
	length, junk, any := -1, "", false
	for {
		line, err := s.line()
		if err != nil {
			return 0, err
		}
		if line == "" {
			switch {
			case junk != "":
				return 0, jsonrpc2.Errorf(jsonrpc2.ParseError, "not a message header: %s", junk)
			case length >= 0:
				return length, nil
			case any:
				return 0, jsonrpc2.NewError(jsonrpc2.ParseError, "a message header without Content-Length")
			}
			continue
		}
		any = true
		name, value, ok := strings.Cut(line, ":")
		switch name = strings.TrimSpace(name); {
		case !ok || strings.ContainsAny(name, " {\"") || name == "":
			junk = strconv.QuoteToASCII(clip(line, 60))
		case strings.EqualFold(name, "Content-Length"):
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil && !errors.Is(err, strconv.ErrRange) || n < 0 {
				junk = strconv.QuoteToASCII(clip(line, 60))
				continue
			}
			length, junk = int(min(n, maxSkipped+1)), ""
		}
	}
}

// line reads a header line without its end; what is beyond maxHeaderLine is cut.
func (s *stream) line() (string, error) {
	var b []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if room := maxHeaderLine - len(b); room > 0 {
			b = append(b, part[:min(len(part), room)]...)
		}
		if err == nil {
			return strings.TrimRight(string(b), "\r\n"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", io.EOF
		}
	}
}

func clip(s string, n int) string { return s[:min(n, len(s))] }

// Write queues a message. The context does not matter: an answer to a request
// that was cancelled is an answer as well.
func (s *stream) Write(_ context.Context, msg jsonrpc2.Message) (int64, error) {
	return s.send(msg)
}

func (s *stream) send(msg jsonrpc2.Message) (int64, error) {
	const room = len("Content-Length: \r\n\r\n") + 20
	buf := jsonrpc2.AppendMessage(make([]byte, room, room+512), msg)
	head := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(buf)-room)
	frame := buf[room-len(head):]
	copy(frame, head)
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.queued > maxQueued && s.failed == nil && !s.closed {
		s.cond.Wait()
	}
	if s.failed != nil {
		return 0, s.failed
	}
	if s.closed {
		return 0, io.ErrClosedPipe
	}
	s.queue, s.queued = append(s.queue, frame), s.queued+len(frame)
	s.cond.Broadcast()
	return int64(len(frame)), nil
}

// write is the only writer to out.
func (s *stream) write() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(s.queue) == 0 && !s.closed {
			s.cond.Wait()
		}
		if len(s.queue) == 0 {
			return
		}
		frame := s.queue[0]
		s.queue, s.writing = s.queue[1:], true
		s.mu.Unlock()
		_, err := s.out.Write(frame)
		s.mu.Lock()
		s.writing, s.queued = false, s.queued-len(frame)
		if err != nil {
			s.failed, s.queue, s.closed = err, nil, true
		}
		s.cond.Broadcast()
	}
}

// flush waits until everything is written, at most for d.
func (s *stream) flush(d time.Duration) {
	late := false
	timer := time.AfterFunc(d, func() {
		s.mu.Lock()
		late = true
		s.mu.Unlock()
		s.cond.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for (len(s.queue) > 0 || s.writing) && !late {
		s.cond.Wait()
	}
}

// Close stops reading and, after what is queued, writing.
func (s *stream) Close() error {
	s.end()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cond.Broadcast()
	return nil
}
