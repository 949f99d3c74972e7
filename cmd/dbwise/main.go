// Command dbwise finds what will hurt a database, in SQL files and in the SQL
// and ORM calls of TypeScript, JavaScript and Go: on the command line, and as
// a language server.
//
//	dbwise check
//	dbwise explain n-plus-one
//	dbwise lsp
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes of all commands.
const (
	exitFine     = 0
	exitFindings = 1
	exitBroken   = 2 // wrong usage, broken configuration, unreadable path
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// exitCode is an error that says nothing but how to end.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program; the result is the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "dbwise",
		Short: "The database expert for your SQL, TypeScript and Go",
		Long: "dbwise finds N+1 queries, missing indexes and risky migrations in SQL, TypeScript and Go,\n" +
			"without a database and without configuration.",
		SilenceUsage: true, SilenceErrors: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(checkCommand(), explainCommand(), rulesCommand(), schemaCommand(), locksCommand(), versionCommand(), lspCommand())
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE): // the reader has seen enough
		return exitFine
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "dbwise: interrupted")
		return exitBroken
	}
	fmt.Fprintf(stderr, "dbwise: %v\n", err)
	return exitBroken
}

// isTerminal reports whether somebody looks at what is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colourful decides on colours: FORCE_COLOR, then NO_COLOR, then whether it is
// a terminal that knows them.
func colourful(w io.Writer) bool {
	if force, set := os.LookupEnv("FORCE_COLOR"); set {
		return force != "0" && force != "false"
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}
