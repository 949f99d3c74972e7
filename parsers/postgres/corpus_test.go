package postgres

import (
	"fmt"
	"os"
	"testing"

	"github.com/dbwise/dbwise/parsers/sqltext"
)

func TestCorpusTmp(t *testing.T) {
	raw, err := os.ReadFile(os.Getenv("CORPUS"))
	if err != nil {
		t.Skip()
	}
	n, bad := 0, map[ProblemKind]int{}
	for _, st := range sqltext.Split(raw) {
		text := st.Span.In(raw)
		s := read(text)
		n++
		if s.Problem != nil {
			bad[s.Problem.Kind]++
			if bad[s.Problem.Kind] < 8 {
				fmt.Println(s.Problem.Kind, s.Problem.Message, "|", text[:min(len(text), 200)])
			}
		}
		laws(t, text, s)
	}
	fmt.Println(n, bad)
}
