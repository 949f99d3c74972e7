package typescript

import (
	"sync"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// rule converts a node of one kind. It may return nil.
type rule func(c *converter, i int) *code.Node

// grammar is a tree-sitter grammar with the rule of each symbol.
type grammar struct {
	*treesitter.Grammar
	rules []rule
	// keeps tells the symbols whose conversion a document may keep: those that
	// are converted by their rule wherever they stand. The children of others
	// are looked at from above, and a kept node shows none.
	keeps []bool
}

var grammars = map[source.Lang]func() *grammar{
	source.TypeScript: sync.OnceValue(func() *grammar { return load(source.TypeScript) }),
	source.TSX:        sync.OnceValue(func() *grammar { return load(source.TSX) }),
	source.JavaScript: sync.OnceValue(func() *grammar { return load(source.JavaScript) }),
}

func grammarOf(lang source.Lang) *grammar { return grammars[lang]() }

func load(lang source.Lang) *grammar {
	g := &grammar{Grammar: treesitter.GrammarOf(lang)}
	g.rules = make([]rule, g.Symbols())
	g.keeps = make([]bool, g.Symbols())
	for i := range g.rules {
		name := g.Name(uint16(i))
		g.rules[i] = rules[name]
		g.keeps[i] = g.rules[i] != nil && name != "object_pattern" && name != "array_pattern"
	}
	return g
}

// rules by the names of tree-sitter-typescript and tree-sitter-javascript.
var rules = map[string]rule{
	"identifier": leaf(code.Ident), "shorthand_property_identifier": leaf(code.Ident),
	"shorthand_property_identifier_pattern": leaf(code.Ident), "import": leaf(code.Ident),
	"this": leaf(code.This), "super": leaf(code.This),
	"number": leaf(code.Number), "true": leaf(code.Bool), "false": leaf(code.Bool),
	"null": leaf(code.Null), "undefined": leaf(code.Null),
	"string": (*converter).stringLiteral, "template_string": (*converter).template,

	"member_expression": (*converter).member, "subscript_expression": (*converter).subscript,
	"call_expression": (*converter).call, "new_expression": (*converter).construct,
	"await_expression": single(code.Await), "spread_element": single(code.Spread),
	"yield_expression": (*converter).yield, "unary_expression": (*converter).unary,
	"binary_expression": (*converter).binary, "ternary_expression": (*converter).ternary,
	"assignment_expression": (*converter).assign, "augmented_assignment_expression": (*converter).assign,
	"update_expression": (*converter).update, "object": (*converter).object, "array": (*converter).array,
	"pair": (*converter).pair, "as_expression": (*converter).assert, "satisfies_expression": (*converter).assert,
	"type_assertion": (*converter).assert, "non_null_expression": (*converter).assert,
	"instantiation_expression": (*converter).first,
	"object_pattern":           (*converter).pattern, "array_pattern": (*converter).pattern,

	"function_declaration": (*converter).function, "function_expression": (*converter).function,
	"generator_function": (*converter).function, "generator_function_declaration": (*converter).function,
	"arrow_function": (*converter).function, "function_signature": (*converter).function,
	"method_definition": (*converter).function, "method_signature": (*converter).function,
	"abstract_method_signature": (*converter).function, "call_signature": (*converter).function,
	"class": (*converter).class, "class_declaration": (*converter).class, "abstract_class_declaration": (*converter).class,
	"public_field_definition": (*converter).field, "field_definition": (*converter).field,
	"property_signature": (*converter).field, "class_static_block": (*converter).staticBlock,
	"decorator": single(code.Decorator), "interface_declaration": (*converter).interfaceType,
	"type_alias_declaration": (*converter).typeAlias, "enum_declaration": (*converter).enum,
	"index_signature": (*converter).nothing, "construct_signature": (*converter).nothing,

	"statement_block": (*converter).block, "expression_statement": (*converter).expression,
	"lexical_declaration": (*converter).variables, "variable_declaration": (*converter).variables,
	"if_statement": (*converter).ifStatement, "for_statement": (*converter).forStatement,
	"for_in_statement": (*converter).forEach, "while_statement": (*converter).while,
	"do_statement": (*converter).doWhile, "switch_statement": (*converter).switchStatement,
	"try_statement": (*converter).try, "return_statement": single(code.Return), "throw_statement": single(code.Throw),
	"break_statement": (*converter).jump, "continue_statement": (*converter).jump,
	"labeled_statement": (*converter).labeled, "ambient_declaration": (*converter).first,
	"import_statement": (*converter).importStatement, "import_alias": (*converter).importAlias,
	"export_statement": (*converter).export, "module": (*converter).namespace, "internal_module": (*converter).namespace,

	"jsx_element": (*converter).other, "jsx_expression": (*converter).other, "sequence_expression": (*converter).other,
	"jsx_opening_element": (*converter).jsxTag, "jsx_self_closing_element": (*converter).jsxTag,
	"jsx_attribute": (*converter).jsxAttribute, "jsx_closing_element": (*converter).nothing,

	"comment": (*converter).nothing, "empty_statement": (*converter).nothing, "debugger_statement": (*converter).nothing,
	"type_annotation": (*converter).nothing, "type_arguments": (*converter).nothing, "type_parameters": (*converter).nothing,
	"nested_identifier": (*converter).nested,
}
