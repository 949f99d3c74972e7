package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// predeclared are Go's predeclared identifiers that are no functions
// (go.dev/ref/spec#Predeclared_identifiers).
var predeclared = map[string]bool{
	"any": true, "bool": true, "byte": true, "comparable": true, "complex64": true, "complex128": true,
	"error": true, "float32": true, "float64": true, "int": true, "int8": true, "int16": true, "int32": true,
	"int64": true, "rune": true, "string": true, "uint": true, "uint8": true, "uint16": true, "uint32": true,
	"uint64": true, "uintptr": true, "true": true, "false": true, "nil": true, "iota": true, "_": true,
}

// wrappers are TypeScript's types that say something about another one
// (typescriptlang.org/docs/handbook/utility-types.html).
var wrappers = map[string][]code.Step{
	"Promise": {{Op: code.Promised}}, "PromiseLike": {{Op: code.Promised}},
	"Array": {{Op: code.Listed}}, "ReadonlyArray": {{Op: code.Listed}}, "Set": {{Op: code.Listed}},
	"ReadonlySet": {{Op: code.Listed}}, "Iterable": {{Op: code.Listed}}, "AsyncIterable": {{Op: code.Listed}},
	"Readonly": {}, "Partial": {}, "Required": {}, "NonNullable": {}, "Omit": {}, "Pick": {}, "Exclude": {},
	"Extract": {}, "Awaited": {},
}

var inst = code.Step{Op: code.Inst}

// typeRef is the origin of a written type, as a value of it.
func (u *unit) typeRef(t *code.Type) code.Ref { return u.typeRefAt(t, 0) }

func (u *unit) typeRefAt(t *code.Type, depth int) code.Ref {
	if t == nil || depth > maxDepth {
		return code.Ref{}
	}
	switch t.Kind {
	case code.Named:
		return u.namedRef(t, depth)
	case code.Pointer:
		return u.typeRefAt(t.Elem, depth+1)
	case code.List, code.MapOf:
		return u.typeRefAt(t.Elem, depth+1).Then(code.Step{Op: code.Listed})
	case code.Union:
		return u.unionRef(t, depth)
	case code.TypeOf:
		return u.nameRef(t.Qual, t.Name, t.Span.Start, depth)
	case code.Results:
		if len(t.Args) > 0 {
			return u.typeRefAt(t.Args[0], depth+1)
		}
	}
	return code.Ref{}
}

// unionRef is the one alternative that is known.
func (u *unit) unionRef(t *code.Type, depth int) code.Ref {
	var found code.Ref
	for _, a := range t.Args {
		r := u.typeRefAt(a, depth+1)
		switch {
		case !r.Known():
		case !found.Known():
			found = r
		case found.String() != r.String():
			return code.Ref{}
		}
	}
	return found
}

func (u *unit) namedRef(t *code.Type, depth int) code.Ref {
	if t.Qual == "" && u.lookup(u.scopeAt(t.Span.Start), t.Name, t.Span.Start) < 0 {
		if u.isGo {
			return u.goNamed(t, depth)
		}
		return u.globalType(t, depth)
	}
	return u.nameRef(t.Qual, t.Name, t.Span.Start, depth).Then(inst)
}

// goNamed is a type that this file does not declare: one of the package.
func (u *unit) goNamed(t *code.Type, depth int) code.Ref {
	switch {
	case t.Name == "chan" && len(t.Args) == 1:
		return u.typeRefAt(t.Args[0], depth+1).Then(code.Step{Op: code.Listed})
	case predeclared[t.Name] || t.Name == "":
		return code.Ref{}
	}
	return code.Ref{Module: ".", Name: t.Name, Steps: []code.Step{inst}}
}

// globalType is a type of TypeScript itself around another one.
func (u *unit) globalType(t *code.Type, depth int) code.Ref {
	switch {
	case len(t.Args) == 0:
		return code.Ref{}
	case t.Name == "ReturnType":
		return u.typeRefAt(t.Args[0], depth+1).Then(code.Step{Op: code.Called})
	case t.Name == "InstanceType":
		return u.typeRefAt(t.Args[0], depth+1).Then(inst)
	case t.Name == "Awaited":
		return u.typeRefAt(t.Args[0], depth+1).Then(code.Step{Op: code.Awaited})
	case (t.Name == "Record" || t.Name == "Map" || t.Name == "ReadonlyMap") && len(t.Args) == 2:
		if t.Name != "Record" {
			return code.Ref{} // iterating it gives pairs
		}
		return u.typeRefAt(t.Args[1], depth+1).Then(code.Step{Op: code.Listed})
	}
	if steps, ok := wrappers[t.Name]; ok {
		return u.typeRefAt(t.Args[0], depth+1).Then(steps...)
	}
	return code.Ref{}
}

// nameRef is the origin of the value or type qual.name written at off.
func (u *unit) nameRef(qual, name string, off, depth int) code.Ref {
	first := name
	if qual != "" {
		first = qual
	}
	v := u.lookup(u.scopeAt(off), first, off)
	if v < 0 {
		if u.isGo && qual == "" {
			return code.Ref{Module: ".", Name: name}
		}
		return code.Ref{}
	}
	r := u.varRef(v, depth+1)
	if qual != "" {
		r = r.Dot(name)
	}
	return r
}

// pathRef follows a path through a written type: into the fields of an inline
// one, otherwise by steps from its value.
func (u *unit) pathRef(whole code.Ref, t *code.Type, path []code.Step, depth int) code.Ref {
	for i, s := range path {
		for t != nil && (t.Kind == code.Pointer || t.Kind == code.Named && len(t.Args) > 0 && len(wrappers[t.Name]) == 0 && wrappers[t.Name] != nil) {
			if t.Kind == code.Pointer {
				t = t.Elem
			} else {
				t = t.Args[0]
			}
		}
		var next *code.Type
		switch {
		case t == nil:
		case t.Kind == code.Literal && s.Op == code.Get:
			for _, f := range t.Fields {
				if f != nil && f.Text == s.Name {
					next = f.Type
				}
			}
		case t.Kind == code.List && s.Op == code.Elem:
			next = t.Elem
		case t.Kind == code.Results && s.Op == code.Result && s.N < len(t.Args):
			next = t.Args[s.N]
		}
		if next == nil {
			return steps(u.typeRefAt(t, depth+1), path[i:])
		}
		t = next
	}
	if len(path) == 0 {
		return whole
	}
	return u.typeRefAt(t, depth+1)
}
