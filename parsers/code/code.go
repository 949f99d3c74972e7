// Package code is the compact form of a TypeScript, JavaScript or Go file that
// everything behind the grammars works on: plain Go values, one shape for both
// languages, no syntax tree and no cgo.
//
// Packages typescript and golang produce it, package flow reads it for calls,
// loops and types, the ORM readers look at its expressions. It imports
// parsers/source only. A node is immutable once its file is complete, and may
// be kept beyond it: it holds nothing but its own subtree.
package code

import "github.com/dbwise/dbwise/parsers/source"

// File is one parsed file.
type File struct {
	Path string
	Lang source.Lang
	// Package is the Go package name, "" for scripts.
	Package string
	// Body holds the top-level nodes in order, imports included.
	Body []*Node
	// Generated: the file says that a program wrote it.
	Generated bool
	// Broken lists where the grammar found no sense. Functions around them
	// are marked Broken too, and conclusions there stay silent.
	Broken []source.Span
}

// Kind is what a node is.
type Kind uint8

// The kinds. The comments say what Text, Name and Kids hold; Kids may hold nil
// only where said.
const (
	// Other is anything not modelled; Kids are the modelled nodes inside it.
	Other Kind = iota

	// Ident: Text is the name.
	Ident
	// This: Text is "this" or "super".
	This
	// Member: Kids[0].Text; Name covers the member's name. Optional for `?.`.
	Member
	// Index: Kids[0][Kids[1]].
	Index
	// Slice: Kids[0][Kids[1]:Kids[2]] in Go; bounds may be nil. A capacity
	// that is written comes last.
	Slice
	// Call: Kids[0](Kids[1:]...). Args may hold Spread. Type arguments in Types,
	// those of Go's new(T) and make(T, n) included. In Go's f[x](y) the x is a
	// type or a key: a lower-case name is both an Index around f and in Types.
	// A generic function that is not called, f[int], has Types itself.
	Call
	// New: new Kids[0](Kids[1:]...).
	New
	// String: a string or template literal, or several joined by `+`. Frag
	// maps its text; Kids are the hole expressions in order of Frag.Holes.
	// Text is the decoded text if there are no holes.
	String
	// Tagged: Kids[0] is the tag, Kids[1] the String.
	Tagged
	// Number, Bool and Null (null, undefined, nil): Text as written.
	Number
	Bool
	Null
	// Object: an object literal, or a Go composite literal with keys (Type is
	// its type). Kids are Pair, Spread, or Func for methods.
	Object
	// Pair: Text is the key, Kids[0] the value. A shorthand has an Ident value
	// on the same span. With a computed key Text is "" and Kids[1] the key.
	Pair
	// Array: array literal, or Go composite literal without keys.
	Array
	// Spread: ...Kids[0], or the rest element of a pattern or parameter list.
	Spread
	// Func: any function. Text is the name, "" for a literal. Kids are the
	// Params, last the body: a Block, an expression (arrow), or nil. Type is
	// the declared result, Types the type parameters (Named, Args the
	// constraint). For a Go method Kids[0] is the Param flagged Receiver; Go
	// results with a name are Vars at the start of the body.
	Func
	// Param: Text is the name, Type the declared type; with a destructuring
	// pattern Text is "" and Kids[0] the pattern. A default value and
	// Decorators follow in Kids.
	Param
	// Await: Kids[0].
	Await
	// Unary: Text is the operator ("!", "-", "&", "*", "typeof", "<-"), Kids[0].
	Unary
	// Binary: Text is the operator; Kids[0], Kids[1]. Includes ?? && || + ==.
	Binary
	// Cond: Kids[0] ? Kids[1] : Kids[2].
	Cond
	// Assert: `Kids[0] as Type`, `<T>x`, `x!`, `x satisfies T`, Go x.(T) and
	// conversions. Type is nil for `x!` and `as const`. Text is as,
	// satisfies, ! or "".
	Assert

	// Block: Kids are statements.
	Block
	// Var: a declared variable. Kids[0] is the target (Ident, ObjectPattern,
	// ArrayPattern), Kids[1] the initial value or nil. Text is const, let,
	// var or :=, Type the declared type. Several targets of one Go call are an
	// ArrayPattern flagged Tuple. `const a = 1, b = 2` is two Vars of one Span.
	Var
	// Assign: Text is the operator (=, +=, ...); Kids[0] target, Kids[1] value.
	Assign
	// ObjectPattern: Kids are Pair (key, target) and Spread. A target with a
	// default value is an Assign, here and in an ArrayPattern.
	ObjectPattern
	// ArrayPattern: Kids are targets; nil for a hole or Go's _.
	ArrayPattern
	// If: Kids[0] condition, Kids[1] then, Kids[2] else (may be nil); a Go
	// init statement comes last.
	If
	// For: Kids are init, condition, update (each may be nil) and body. An
	// init of several Vars is a Block.
	For
	// ForEach: Kids[0] the element's target (ArrayPattern flagged Tuple of key
	// and value for Go's range; nil if none), Kids[1] what is iterated,
	// Kids[2] the body. Text is of, in, await or range.
	ForEach
	// While: Kids[0] condition (nil: endless), Kids[1] body. DoWhile: body, condition.
	While
	DoWhile
	// Switch: Kids[0] the subject or nil, then Case nodes (Go select as well,
	// with Text select). What Go declares in its head stands before it, in a
	// Block around both; so does v of `switch v := x.(type)`.
	Switch
	// Case: Kids are statements; the tested values stand first. Text is
	// default without a value. Types are what a Go type switch tests for; if
	// it is one, a Var of the same name has that type.
	Case
	// Try: Kids are Block, catch Block or nil, finally Block or nil. What is
	// caught is a Var without value at the start of the catch Block.
	Try
	// Return, Throw, Go, Defer, Yield: Kids[0] if present; a Go return may have more.
	Return
	Throw
	GoStmt
	Defer
	Yield
	// Break, Continue: Text is the label.
	Break
	Continue
	// IncDec: Kids[0]++ or --; Text is the operator.
	IncDec

	// Class: a class, a Go struct type. Text is the name, Type the base class
	// or nil, Types what it implements. Kids are Decorator, Field, Func.
	// Decorators of a method stand right before its Func, those of the class
	// before its Name; a static block is a static Func without a name.
	Class
	// Interface: Kids are Field and Func without body; Types what it extends.
	Interface
	// Field: Text is the name ("" for an embedded Go type), Type its type,
	// Kids[0] the initial value or nil, or the String of a Go tag; then Decorators.
	Field
	// TypeAlias: Text = Type.
	TypeAlias
	// Enum: Kids are Pair; a value that is not written is a Number.
	Enum
	// Decorator: Kids[0] is the expression behind @.
	Decorator
	// Import: Text is the module; Kids are Pair: Text the exported name
	// ("default", "*", or a name), Kids[0] the local Ident. Go: one Pair "*".
	// `import x = require("m")` is the whole module, "*". require() and
	// import() with a literal stay calls.
	Import
	// Export: `export { a as b } from "m"`: Text is the module or "", Kids are
	// Pair: Text the exported name ("*" with no Kids for export *), Kids[0]
	// the local name or value, `*` for `export * as ns`. Declarations with
	// export carry the flag Exported. At the top level `module.exports = ...`
	// and `exports.x = ...` are Exports too: of the keys of an object literal
	// (a spread in it is a Spread among the Kids), else of "default".
	Export
)

// Flag marks a property of a node.
type Flag uint16

// The flags.
const (
	Async Flag = 1 << iota
	Exported
	Default
	Optional
	Static
	Receiver
	Tuple
	Generator
	TypeOnly
	// Broken: the grammar met text it does not know inside this node.
	Broken
	// Template: a String written with backticks; Raw: a Go raw string.
	Template
	Raw
	// Variadic parameter.
	Variadic
	// Property: a constructor parameter that declares a field (private x: T);
	// a Func that is a getter or setter, used like a field.
	Property
)

// Node is one node. Which fields it uses is said at its Kind.
type Node struct {
	Kind  Kind
	Flags Flag
	// Span covers the node, Name its name: the identifier of a declaration or
	// Member, the key of a Pair.
	Span, Name source.Span
	Text       string
	Kids       []*Node
	Type       *Type
	Types      []*Type
	Frag       *source.Fragment
}

// Is reports whether n has the flag; false for nil.
func (n *Node) Is(f Flag) bool { return n != nil && n.Flags&f != 0 }

// Params are the parameters of a Func, without a Go receiver.
func (n *Node) Params() []*Node {
	params := n.Kids[:len(n.Kids)-1]
	if len(params) > 0 && params[0].Is(Receiver) {
		params = params[1:]
	}
	return params
}

// Receiver is the receiver parameter of a Go method, nil otherwise.
func (n *Node) Receiver() *Node {
	if len(n.Kids) > 1 && n.Kids[0].Is(Receiver) {
		return n.Kids[0]
	}
	return nil
}

// Body is the body of a Func, nil for a declaration without one.
func (n *Node) Body() *Node { return n.Kids[len(n.Kids)-1] }

// Args are the arguments of a Call or New.
func (n *Node) Args() []*Node { return n.Kids[1:] }

// Pair finds the Pair of an Object or pattern by key.
func (n *Node) Pair(key string) *Node {
	for _, k := range n.Kids {
		if k != nil && k.Kind == Pair && k.Text == key {
			return k
		}
	}
	return nil
}

// Get is the value of an Object's key, nil if absent.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	if p := n.Pair(key); p != nil {
		return p.Kids[0]
	}
	return nil
}

// Open reports whether an Object may have keys that are not written out.
func (n *Node) Open() bool {
	for _, k := range n.Kids {
		if k.Kind == Spread || k.Kind == Pair && k.Text == "" {
			return true
		}
	}
	return false
}

// Walk calls f for n and everything below, parents first, and descends where
// f returns true. It is iterative: depth costs no stack.
func (n *Node) Walk(f func(*Node) bool) {
	if n == nil {
		return
	}
	stack := []*Node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !f(n) {
			continue
		}
		for i := len(n.Kids) - 1; i >= 0; i-- {
			if k := n.Kids[i]; k != nil {
				stack = append(stack, k)
			}
		}
	}
}

// TypeKind is the form of a written type.
type TypeKind uint8

// The forms. Opaque is a type no one needs to look into.
const (
	Opaque TypeKind = iota
	// Named: Qual.Name with Args (`Promise<User[]>`, `sql.DB`). A Go channel
	// is named chan.
	Named
	// List: Elem; arrays, slices, Go's variadic parameters.
	List
	// MapOf: Key to Elem.
	MapOf
	// Pointer: Elem.
	Pointer
	// Union: Args; `T | null` is reduced to T. An intersection is one as well.
	Union
	// Literal: an inline object or struct type; Fields are its members.
	Literal
	// FuncOf: Elem is the result.
	FuncOf
	// Results: several results of a Go function, in Args.
	Results
	// TypeOf: `typeof x`, x in Name.
	TypeOf
)

// Type is a written type.
type Type struct {
	Kind       TypeKind
	Qual, Name string
	Args       []*Type
	Key, Elem  *Type
	// Fields are Field nodes of a Literal.
	Fields []*Node
	Span   source.Span
}
