package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			commit := "unknown commit"
			if info, ok := debug.ReadBuildInfo(); ok {
				commit = commitOf(info)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "dbwise %s (%s, %s, %s/%s)\n", version(), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is that of the module, "devel" in a working tree that Go gives none.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func commitOf(info *debug.BuildInfo) string {
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	commit := set["vcs.revision"]
	if commit == "" {
		return "unknown commit"
	}
	commit = "commit " + commit[:min(12, len(commit))]
	if set["vcs.modified"] == "true" {
		commit += " with changes"
	}
	return commit
}
