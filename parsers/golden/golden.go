// Package golden runs tests that are data: archives of files, and the text that
// is wanted of them.
//
// An archive is a txtar file. Its comment says what it is about, its files are
// what is read, and `want` is what the test shows of them; with -update what is
// shown is written there.
//
//	golden.Run(t, "testdata", func(t *testing.T, a *txtar.Archive) string { ... })
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the tests show into the goldens")

// want is the file of an archive that holds what is wanted of the others.
const want = "want"

// Run holds that show gives what every archive of a folder wants. It is handed
// the archive without that.
func Run(t *testing.T, folder string, show func(t *testing.T, a *txtar.Archive) string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens in %s: %v", folder, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { check(t, path, show) })
	}
}

func check(t *testing.T, path string, show func(t *testing.T, a *txtar.Archive) string) {
	whole, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in, wanted, known := &txtar.Archive{Comment: whole.Comment}, "", false
	for _, f := range whole.Files {
		if f.Name == want {
			wanted, known = string(f.Data), true
		} else {
			in.Files = append(in.Files, f)
		}
	}
	got := show(t, in)
	if *update {
		out := txtar.Archive{Comment: in.Comment, Files: append(in.Files[:len(in.Files):len(in.Files)], txtar.File{Name: want, Data: []byte(got)})}
		if err := os.WriteFile(path, txtar.Format(&out), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !known {
		t.Fatalf("%s wants nothing: run with -update and read what it writes", path)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
