package treesitter

import (
	"sync"

	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/golang"
	"github.com/smacker/go-tree-sitter/javascript"
	"github.com/smacker/go-tree-sitter/typescript/tsx"
	"github.com/smacker/go-tree-sitter/typescript/typescript"
)

// ErrorSymbol is the symbol of text the grammar found no place for.
const ErrorSymbol = 1<<16 - 1

// Grammar names the symbols and fields of one language.
type Grammar struct {
	Lang   source.Lang
	lang   *sitter.Language
	names  []string
	fields map[string]uint16
}

var grammars = map[source.Lang]func() *Grammar{
	source.TypeScript: load(source.TypeScript, typescript.GetLanguage),
	source.TSX:        load(source.TSX, tsx.GetLanguage),
	source.JavaScript: load(source.JavaScript, javascript.GetLanguage),
	source.Go:         load(source.Go, golang.GetLanguage),
}

// GrammarOf is the grammar of a language, nil if there is none.
func GrammarOf(lang source.Lang) *Grammar {
	if get := grammars[lang]; get != nil {
		return get()
	}
	return nil
}

func load(lang source.Lang, get func() *sitter.Language) func() *Grammar {
	return sync.OnceValue(func() *Grammar {
		g := &Grammar{Lang: lang, lang: get(), fields: map[string]uint16{}}
		g.names = make([]string, g.lang.SymbolCount())
		for i := range g.names {
			g.names[i] = g.lang.SymbolName(sitter.Symbol(i))
		}
		for i := 1; ; i++ {
			name := g.lang.FieldName(i)
			if name == "" {
				return g
			}
			g.fields[name] = uint16(i)
		}
	})
}

// Symbols is the number of symbols; they are numbered from 0.
func (g *Grammar) Symbols() int { return len(g.names) }

// Name is the kind a symbol stands for, as the grammar calls it: "identifier",
// "for_statement", or the text itself for "=>" and keywords. Several symbols
// may share a name.
func (g *Grammar) Name(symbol uint16) string {
	if int(symbol) < len(g.names) {
		return g.names[symbol]
	}
	return "ERROR"
}

// Field is the number of a field, 0 if the grammar has none of that name.
func (g *Grammar) Field(name string) uint16 { return g.fields[name] }
