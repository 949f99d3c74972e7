// Package pgserver runs throw-away PostgreSQL servers for tests and tells what
// a statement really does on one: which locks it takes on what was there
// before, whether time grows with the table. Only tests import it.
//
// A server is the caller's own: a data folder and a socket in a temporary
// folder, no port, no durability, gone with the test, however that ends. Every
// major version found on the machine is one server: the system's packages, the
// PATH, and what the tests' set-up keeps in its cache.
//
//	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
//		db := s.Database(t)
//		db.Exec(t, "CREATE TABLE users (id bigint PRIMARY KEY)")
//	})
package pgserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// Server is one running server.
type Server struct {
	// Major is the major version, such as 15.
	Major  int
	dir    string
	count  atomic.Int64
	exited chan error
}

// superuser owns everything in a server.
const superuser = "dbwise"

// settings make a server fast, quiet and predictable. Parallel workers are off
// so that the statistics of one session show all that its statements read.
const settings = `
listen_addresses = ''
port = 5432
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = 32MB
max_connections = 40
timezone = 'UTC'
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
`

// Each runs a test on a server of every version there is, newest last. Where
// none is, the test is left out, which is a failure if CI says so.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	found := installed()
	if len(found) == 0 {
		if ci := os.Getenv("CI"); ci == "true" || ci == "1" {
			t.Fatal("no PostgreSQL server is installed: make setup")
		}
		t.Log("left out: no PostgreSQL server is installed; make setup gets one")
		return
	}
	for _, in := range found {
		t.Run(fmt.Sprintf("postgres %d", in.major), func(t *testing.T) { test(t, start(t, in)) })
	}
}

// start makes a cluster and waits for its server. It stops when the test ends.
func start(t *testing.T, in installation) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgserver-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{Major: in.major, dir: dir, exited: make(chan error, 1)}
	who, err := unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	bin, err := who.reachable(in.bin, dir)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	if err := errors.Join(os.Mkdir(data, 0o700), os.Chmod(dir, 0o755), who.own(dir), who.own(data)); err != nil {
		t.Fatal(err)
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", superuser, "-E", "UTF8", "--no-locale", "-N")
	if out, err := who.command(initdb).CombinedOutput(); err != nil {
		t.Fatalf("initdb of PostgreSQL %d: %v\n%s", in.major, err, out)
	}
	conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conf, "%sunix_socket_directories = '%s'\n", settings, dir)
	if err := conf.Close(); err != nil {
		t.Fatal(err)
	}
	s.run(t, who.command(exec.Command(filepath.Join(bin, "postgres"), "-D", data)))
	return s
}

// run starts the server process and waits until it answers.
func (s *Server) run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	stop, err := supervise(cmd, s.exited)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for range 600 {
		c, err := s.connect("postgres")
		if err == nil {
			c.Close()
			return
		}
		select {
		case err := <-s.exited:
			s.exited <- err
			t.Fatalf("PostgreSQL %d: %v\n%s", s.Major, err, log.Bytes())
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("PostgreSQL %d does not answer", s.Major)
}

// Database is a database of its own for one test.
type Database struct {
	server *Server
	name   string
	*Conn
}

// Database makes an empty database, dropped when the test ends.
func (s *Server) Database(t testing.TB) *Database {
	t.Helper()
	name := fmt.Sprintf("t%d", s.count.Add(1))
	admin, err := s.connect("postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	strategy := ""
	if s.Major >= 15 {
		strategy = " STRATEGY file_copy"
	}
	if _, err := admin.Query("CREATE DATABASE " + name + strategy); err != nil {
		t.Fatal(err)
	}
	c, err := s.connect(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		s.drop(name)
	})
	return &Database{s, name, c}
}

// drop drops a database once its last session is gone. A database that stays
// goes with the server.
func (s *Server) drop(name string) {
	admin, err := s.connect("postgres")
	if err != nil {
		return
	}
	defer admin.Close()
	for range 20 {
		if _, err := admin.Query("DROP DATABASE " + name); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Connect opens another session.
func (d *Database) Connect() (*Conn, error) { return d.server.connect(d.name) }

// Major is the server's major version.
func (d *Database) Major() int { return d.server.Major }

// Exec runs statements that must not fail.
func (d *Database) Exec(t testing.TB, sql string) {
	t.Helper()
	if _, err := d.Query(sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
