package lsp

import (
	"context"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
)

func (s *server) hover(params []byte) (answer, error) {
	var p struct {
		TextDocument textDocument `json:"textDocument"`
		Position     position     `json:"position"`
	}
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	path := pathOf(p.TextDocument.URI)
	w := s.world()
	return func(ctx context.Context) (any, error) {
		f := w.snap.File(path)
		if f == nil || f.Lang == source.Unknown {
			return nil, nil
		}
		m := s.mapper(f)
		off := m.offset(p.Position)
		parts, span, err := s.aboutFindings(ctx, w, path, off)
		if err != nil {
			return nil, err
		}
		if text, statement := impactAt(w.snap, path, off); text != "" {
			if parts = append([]string{text}, parts...); len(parts) == 1 {
				span = statement
			}
		}
		if text, named := described(w.snap, path, off); text != "" {
			parts, span = append([]string{text}, parts...), named
		}
		if len(parts) == 0 {
			return nil, nil
		}
		if _, version := s.uri(path); version != nil && *version != f.Version {
			return nil, errModified
		}
		return s.hoverOf(strings.Join(parts, "\n\n---\n\n"), m.rang(span)), nil
	}, nil
}

// aboutFindings are the messages of the findings at a place, each with its
// rule's documentation, and the place of the first.
func (s *server) aboutFindings(ctx context.Context, w world, path string, off int) (parts []string, span source.Span, err error) {
	r, err := s.diagnose(ctx, w, path)
	if err != nil || r == nil {
		return nil, span, err
	}
	told := map[string]bool{}
	for i := range r.diags {
		d := &r.diags[i]
		if !d.Span.Contains(off) {
			continue
		}
		if len(parts) == 0 {
			span = d.Span
		}
		text := d.Message
		if rule := s.rule(d.Rule); rule != nil && !told[d.Rule] {
			told[d.Rule] = true
			text += "\n\n" + rule.Markdown()
		}
		parts = append(parts, text)
	}
	return parts, span, nil
}

func (s *server) hoverOf(text string, r protocol.Range) *protocol.Hover {
	content := &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
	if !s.caps.markdown() {
		content.Kind, content.Value = protocol.MarkupKindPlainText, plain(text)
	}
	return &protocol.Hover{Contents: content, Range: &r}
}

// plain is Markdown for editors that show it as it is: without fences, and
// headings without their signs.
func plain(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			continue
		}
		out = append(out, strings.TrimLeft(line, "# "))
	}
	return strings.Join(out, "\n")
}
