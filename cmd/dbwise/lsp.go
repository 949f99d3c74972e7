package main

import (
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/lsp"
	"github.com/spf13/cobra"
)

func lspCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Run the language server on standard input and output",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			// An edit leaves garbage of the size of its file; collecting it less
			// often saves a fifth of the time for a few tens of MiB.
			if os.Getenv("GOGC") == "" {
				debug.SetGCPercent(200)
			}
			code := lsp.Serve(c.Context(), c.InOrStdin(), c.OutOrStdout(), lsp.Options{
				Rules: rules.All(), Version: version(), Log: slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)),
			})
			if code != 0 {
				return exitCode(code)
			}
			return nil
		},
	}
	c.Flags().Bool("stdio", true, "use standard input and output, the only way there is")
	return c
}
