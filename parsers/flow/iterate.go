package flow

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// iteration says that a call runs its argument cb once per element of over.
type iteration struct {
	cb   int // none if it does not iterate
	elem int // the parameter that is the element
	// name is the iterating method.
	name string
	over *code.Node
	// concurrent: its callbacks run at the same time by themselves.
	concurrent bool
}

// arrayMethods run their first argument per element; the value is the
// parameter that is the element (MDN, Array, Map.forEach, Set.forEach).
var arrayMethods = map[string]int{
	"map": 0, "forEach": 0, "filter": 0, "flatMap": 0, "some": 0, "every": 0, "find": 0, "findIndex": 0,
	"findLast": 0, "findLastIndex": 0, "reduce": 1, "reduceRight": 1,
}

// byReference are those that are commonly given a function by its name.
var byReference = map[string]bool{"map": true, "forEach": true, "filter": true, "flatMap": true, "some": true, "every": true}

// iterator is a library function: over and cb are arguments, negative over is
// the receiver's argument.
type iterator struct {
	cb, elem   int
	concurrent bool
}

// lodash are the functions of lodash and its kin that run a function per
// element of their first argument (lodash.com/docs, underscorejs.org).
var lodash = map[string]iterator{
	"map": {1, 0, false}, "forEach": {1, 0, false}, "each": {1, 0, false}, "filter": {1, 0, false},
	"flatMap": {1, 0, false}, "some": {1, 0, false}, "every": {1, 0, false}, "find": {1, 0, false},
	"reduce": {1, 1, false}, "forOwn": {1, 0, false}, "forIn": {1, 0, false}, "mapValues": {1, 0, false},
	"forEachRight": {1, 0, false}, "eachRight": {1, 0, false},
}

// asyncLib are the functions of the async module (caolan.github.io/async).
var asyncLib = map[string]iterator{
	"each": {1, 0, true}, "forEach": {1, 0, true}, "map": {1, 0, true}, "filter": {1, 0, true},
	"eachSeries": {1, 0, false}, "forEachSeries": {1, 0, false}, "mapSeries": {1, 0, false},
	"filterSeries": {1, 0, false}, "eachLimit": {2, 0, true}, "forEachLimit": {2, 0, true},
	"mapLimit": {2, 0, true}, "eachOf": {1, 0, true}, "eachOfSeries": {1, 0, false}, "eachOfLimit": {2, 0, true},
	"concat": {1, 0, true}, "some": {1, 0, true}, "every": {1, 0, true}, "detect": {1, 0, true},
	"reduce": {2, 1, false}, "transform": {1, 1, false},
}

// bluebird are Bluebird's static methods (bluebirdjs.com/docs).
var bluebird = map[string]iterator{
	"map": {1, 0, true}, "each": {1, 0, false}, "mapSeries": {1, 0, false}, "filter": {1, 0, true}, "reduce": {1, 1, false},
}

// scriptIterators are the modules whose functions iterate; "default" is the
// module itself.
var scriptIterators = map[string]map[string]iterator{
	"lodash": lodash, "lodash-es": lodash, "underscore": lodash, "es-toolkit/compat": lodash,
	"async": asyncLib, "bluebird": bluebird,
	"p-map":         {"default": {1, 0, true}},
	"p-filter":      {"default": {1, 0, true}},
	"p-each-series": {"default": {1, 0, false}},
	"p-map-series":  {"default": {1, 0, false}},
	"p-reduce":      {"default": {1, 1, false}},
}

// goIterators are Go packages whose functions run a function per element of
// their first argument (pkg.go.dev/github.com/samber/lo, slices,
// github.com/sourcegraph/conc/iter).
var goIterators = map[string]map[string]iterator{
	"github.com/samber/lo": {
		"Map": {1, 0, false}, "ForEach": {1, 0, false}, "Filter": {1, 0, false}, "Reject": {1, 0, false},
		"FilterMap": {1, 0, false}, "FlatMap": {1, 0, false}, "Reduce": {1, 1, false}, "ReduceRight": {1, 1, false},
		"ForEachWhile": {1, 0, false}, "SliceToMap": {1, 0, false}, "Associate": {1, 0, false}, "KeyBy": {1, 0, false},
		"GroupBy": {1, 0, false}, "CountBy": {1, 0, false}, "SumBy": {1, 0, false}, "UniqBy": {1, 0, false},
		"UniqMap": {1, 0, false}, "SomeBy": {1, 0, false}, "EveryBy": {1, 0, false}, "MapValues": {1, 0, false},
		"MapToSlice": {1, 0, false}, "MapEntries": {1, 0, false},
	},
	"github.com/samber/lo/parallel": {
		"Map": {1, 0, true}, "ForEach": {1, 0, true}, "GroupBy": {1, 0, true},
	},
	"slices": {
		"IndexFunc": {1, 0, false}, "ContainsFunc": {1, 0, false}, "DeleteFunc": {1, 0, false},
	},
	"github.com/sourcegraph/conc/iter": {
		"Map": {1, 0, true}, "MapErr": {1, 0, true}, "ForEach": {1, 0, true}, "ForEachIdx": {1, 1, true},
	},
}

// iterates reports how link k runs one of its arguments per element.
func (w *walker) iterates(root *code.Node, links []link, k int) iteration {
	if it, ok := w.libraryIteration(root, links, k); ok || w.isGo {
		return it
	}
	l := &links[k]
	args := l.args()
	no := iteration{cb: none}
	if len(args) == 0 || l.name == "" {
		return no
	}
	if k == 0 && root.Kind == code.Ident {
		v := w.lookup(w.scope, root.Text, root.Span.Start)
		if v < 0 && root.Text == "Array" && l.name == "from" && len(args) == 2 {
			return iteration{cb: 1, name: l.name, over: args[0]}
		}
		if v < 0 || w.vars[v].kind == importVar && !isRelative(w.vars[v].ref.Module) && !isConstant(root.Text) {
			return no
		}
	}
	elem, ok := arrayMethods[l.name]
	if !ok || args[0] == nil {
		return w.poolIteration(links, k)
	}
	if fn := strip(args[0]); fn.Kind != code.Func && (!byReference[l.name] || !isReference(fn)) {
		return no
	}
	return iteration{cb: 0, elem: elem, name: l.name, over: l.member.Kids[0]}
}

// isReference reports whether n may name a function: load, this.load,
// this.load.bind(this).
func isReference(n *code.Node) bool {
	if n.Kind == code.Call {
		m := strip(n.Kids[0])
		return m.Kind == code.Member && m.Text == "bind"
	}
	return n.Kind == code.Ident || n.Kind == code.Member
}

// isConstant reports whether a name is written LIKE_THIS: data, no namespace.
func isConstant(name string) bool {
	return len(name) > 1 && strings.ToUpper(name) == name && strings.ToLower(name) != name
}

// poolIteration is PromisePool.for(xs).process(f) (@supercharge/promise-pool).
func (w *walker) poolIteration(links []link, k int) iteration {
	no := iteration{cb: none}
	if links[k].name != "process" || len(links[k].args()) == 0 {
		return no
	}
	for i := k - 1; i >= 0; i-- {
		if links[i].name == "for" && links[i].called() && len(links[i].args()) == 1 {
			return iteration{cb: 0, name: "process", over: links[i].args()[0], concurrent: true}
		}
	}
	return no
}

// libraryIteration is a function of a library that iterates.
func (w *walker) libraryIteration(root *code.Node, links []link, k int) (iteration, bool) {
	no := iteration{cb: none}
	if k != 0 || root.Kind != code.Ident {
		return no, false
	}
	v := w.lookup(w.scope, root.Text, root.Span.Start)
	if v < 0 || w.vars[v].kind != importVar {
		return no, false
	}
	table := scriptIterators
	if w.isGo {
		table = goIterators
	}
	origin := w.vars[v].ref
	functions, ok := table[origin.Module]
	if !ok {
		return no, false
	}
	name := origin.Name
	if links[0].name != "" {
		name = links[0].name
	} else if name == "*" {
		name = "default"
	}
	f, ok := functions[name]
	if !ok || f.cb >= len(links[0].args()) {
		return no, true
	}
	return iteration{cb: f.cb, elem: f.elem, name: name, over: links[0].args()[0], concurrent: f.concurrent}, true
}
