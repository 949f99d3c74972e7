package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/rogpeppe/go-internal/diff"
)

// mend applies fixes and writes the files, or prints what it would write. It
// gives what is found afterwards.
func (a *analysis) mend(ctx context.Context, before *workspace.Snapshot) ([]diagnostics.Diagnostic, error) {
	least := diagnostics.Safe
	if a.flags.fixUnsafe {
		least = diagnostics.Unsafe
	}
	var mended diagnostics.Mended
	err := a.stats.time("fixes", func() (err error) {
		mended, err = diagnostics.Mend(ctx, a.store, least, a.config.Dialect, a.find)
		return err
	})
	if err != nil {
		return nil, err
	}
	if a.flags.diff {
		return mended.Left, a.patch(before, mended.Files)
	}
	if err := a.write(before, mended.Files); err != nil {
		return nil, err
	}
	if mended.Fixes > 0 && !a.flags.quiet {
		fmt.Fprintf(a.err, "Applied %s to %s.\n", number(mended.Fixes, "fix", "fixes"), number(len(mended.Files), "file", "files"))
	}
	return mended.Left, nil
}

// patch prints new texts as a patch that git apply and patch -p1 understand.
func (a *analysis) patch(before *workspace.Snapshot, files []diagnostics.NewFile) error {
	for _, f := range files {
		name := a.rel(f.Path)
		old, oldName := []byte(nil), "/dev/null"
		if src := before.File(f.Path); src != nil {
			old, oldName = src.Text, "a/"+name
		}
		text := diff.Diff(oldName, old, "b/"+name, []byte(f.Text))
		// The first line names a command that nobody ran.
		if _, rest, ok := bytes.Cut(text, []byte("\n")); ok {
			text = rest
		}
		if _, err := a.out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// write writes new texts. First it looks whether all files are still as they
// were analysed, and otherwise writes none.
func (a *analysis) write(before *workspace.Snapshot, files []diagnostics.NewFile) error {
	for _, f := range files {
		now, err := os.ReadFile(filepath.FromSlash(f.Path))
		switch src := before.File(f.Path); {
		case src == nil && err == nil:
			return fmt.Errorf("nothing was fixed: %s was made meanwhile", a.rel(f.Path))
		case src != nil && (err != nil || !bytes.Equal(now, src.Text)):
			return fmt.Errorf("nothing was fixed: %s was changed meanwhile", a.rel(f.Path))
		}
	}
	for _, f := range files {
		p := filepath.FromSlash(f.Path)
		if before.File(f.Path) == nil {
			if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
				return fmt.Errorf("write the fixes: %w", err)
			}
		}
		if err := os.WriteFile(p, []byte(f.Text), 0o666); err != nil {
			return fmt.Errorf("write the fixes: %w", err)
		}
		if a.flags.verbose {
			fmt.Fprintf(a.err, "wrote: %s\n", a.rel(f.Path))
		}
	}
	return nil
}

func number(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
