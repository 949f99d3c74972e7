package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/spf13/cobra"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Print what a rule is about, with examples",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			rule, err := findRule(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), rule.Markdown())
			return err
		},
	}
}

func ruleIDs() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	return ids
}

// findRule finds a rule by its id or a former one.
func findRule(id string) (*diagnostics.Rule, error) {
	all := rules.All()
	if rule := diagnostics.FindRule(all, id); rule != nil {
		return rule, nil
	}
	if near := diagnostics.NearestRule(all, id); near != "" {
		return nil, fmt.Errorf("there is no rule %q, did you mean %q?", id, near)
	}
	return nil, fmt.Errorf("there is no rule %q, dbwise rules lists all", id)
}

func rulesCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "rules",
		Short: "List all rules",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch format {
			case "text":
				return listRules(c.OutOrStdout())
			case "json":
				return listRulesJSON(c.OutOrStdout())
			}
			return fmt.Errorf("unknown format %q: want text or json", format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func listRules(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tLEVEL\tCATEGORY\tABOUT")
	for _, r := range rules.All() {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.ID, r.Level(), r.Category, r.Doc.Title)
	}
	return t.Flush()
}

func listRulesJSON(w io.Writer) error {
	type option struct {
		Name    string `json:"name"`
		Default any    `json:"default"`
		Doc     string `json:"doc"`
	}
	type rule struct {
		ID       string   `json:"id"`
		Level    string   `json:"level"`
		Category string   `json:"category"`
		Title    string   `json:"title"`
		Since    string   `json:"since"`
		Aliases  []string `json:"aliases"`
		Dialects []string `json:"dialects"`
		Options  []option `json:"options"`
	}
	list := []rule{}
	for _, r := range rules.All() {
		out := rule{ID: r.ID, Level: r.Level().String(), Category: string(r.Category), Title: r.Doc.Title, Since: r.Since,
			Aliases: append([]string{}, r.Aliases...), Dialects: []string{}, Options: []option{}}
		for _, d := range r.Dialects {
			out.Dialects = append(out.Dialects, string(d))
		}
		for _, o := range r.Options {
			out.Options = append(out.Options, option{o.Name, o.Default, o.Doc})
		}
		list = append(list, out)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of the configuration file",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(diagnostics.Schema(rules.All()))
			return err
		},
	}
}
