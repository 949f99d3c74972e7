package workspace

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/prisma"
	"github.com/dbwise/dbwise/parsers/source"
)

// fileState is one version of one file and what is known of it by itself. It
// is shared between snapshots.
type fileState struct {
	src  *source.File
	opts parsers.Options
	// doc reads the versions of an open document one after the other; nil for
	// files on disk.
	doc   *document
	cache *factsCache

	mu sync.Mutex // held while the file is read
	// read is what was read, nil before.
	read atomic.Pointer[reading]

	prismaOnce sync.Once
	prisma     *prisma.Schema
	lowerOnce  sync.Once
	// lower is the text in lower case, once somebody looked for names in it.
	lower string
}

// prismaSchema is a Prisma file with its settings.
func (f *fileState) prismaSchema() *prisma.Schema {
	f.prismaOnce.Do(func() { f.prisma = prisma.Parse(f.src.Path, f.src.Text) })
	return f.prisma
}

// pathSum identifies the path alone.
func (f *fileState) pathSum() sum { return sumOf([]byte(f.src.Path)) }

func (f *fileState) textSum() sum { return sumOf([]byte(f.src.Path), f.src.Hash[:]) }

// reading are the facts of a file with what derives from them alone.
type reading struct {
	fa *facts.Facts
	// whole says that the facts hold the nodes of the program; without them
	// everything but fixes can be told.
	whole bool
	// schema, symbols and links identify what other files can see of this one:
	// as a description of a database; by the names it declares; and with what
	// its functions call.
	schema, symbols, links sum
}

// known are the facts without the promise of nodes; nil only if ctx ended.
func (f *fileState) known(ctx context.Context) *reading {
	if r := f.read.Load(); r != nil {
		return r
	}
	return f.extract(ctx, false)
}

// facts are the facts with their nodes.
func (f *fileState) facts(ctx context.Context) *facts.Facts {
	r := f.read.Load()
	if r == nil || !r.whole {
		r = f.extract(ctx, true)
	}
	if r == nil {
		return nil
	}
	return r.fa
}

func (f *fileState) extract(ctx context.Context, whole bool) *reading {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.read.Load(); r != nil && (r.whole || !whole) {
		return r
	}
	var fa *facts.Facts
	if f.doc != nil {
		fa = f.doc.extract(ctx, f.src, f.opts)
	} else {
		fa = parsers.Extract(ctx, f.src, f.opts)
	}
	if fa == nil {
		return nil
	}
	r := &reading{fa: fa, whole: true}
	if old := f.read.Load(); old != nil {
		r.schema, r.symbols, r.links = old.schema, old.symbols, old.links
	} else {
		r.schema, r.symbols, r.links = schemaSum(fa, f.src.Text), symbolSum(fa), linkSum(fa)
	}
	f.read.Store(r)
	if fa.Generated && !whole {
		f.strip() // nobody looks into generated bodies
	} else {
		f.cache.add(f)
	}
	return r
}

// strip drops the nodes, which take most of the memory.
func (f *fileState) strip() {
	r := f.read.Load()
	if r == nil || !r.whole || !f.src.Lang.Host() {
		return
	}
	fa := *r.fa
	fa.Calls, fa.Loops, fa.Funcs = slices.Clone(fa.Calls), slices.Clone(fa.Loops), slices.Clone(fa.Funcs)
	for i := range fa.Calls {
		fa.Calls[i].Node = nil
	}
	for i := range fa.Loops {
		fa.Loops[i].Node = nil
	}
	for i := range fa.Funcs {
		fa.Funcs[i].Node = nil
	}
	f.read.CompareAndSwap(r, &reading{fa: &fa, schema: r.schema, symbols: r.symbols, links: r.links})
}

// document reads the versions of one open document.
type document struct {
	pool *documentPool

	mu      sync.Mutex // guards session
	session *parsers.Session
	opts    parsers.Options
}

func (d *document) extract(ctx context.Context, f *source.File, opts parsers.Options) *facts.Facts {
	d.pool.use(d)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session == nil || d.opts != opts {
		d.closeLocked()
		d.session, d.opts = parsers.NewSession(opts), opts
	}
	return d.session.Extract(ctx, f)
}

func (d *document) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closeLocked()
}

func (d *document) closeLocked() {
	if d.session != nil {
		d.session.Close()
		d.session = nil
	}
}

// maxSessions is how many documents keep their trees: a tree takes about 17
// times the text's size outside of Go's memory.
const maxSessions = 16

// documentPool closes the sessions of documents nobody typed in lately.
type documentPool struct {
	mu     sync.Mutex // guards recent
	recent []*document
}

func (p *documentPool) use(d *document) {
	p.mu.Lock()
	if i := slices.Index(p.recent, d); i >= 0 {
		p.recent = slices.Delete(p.recent, i, i+1)
	}
	p.recent = append(p.recent, d)
	var old *document
	if len(p.recent) > maxSessions {
		old = p.recent[0]
		p.recent = slices.Delete(p.recent, 0, 1)
	}
	p.mu.Unlock()
	if old != nil {
		old.close()
	}
}

func (p *documentPool) drop(d *document) {
	p.mu.Lock()
	if i := slices.Index(p.recent, d); i >= 0 {
		p.recent = slices.Delete(p.recent, i, i+1)
	}
	p.mu.Unlock()
	d.close()
}

// factsCache strips the facts read longest ago when all together take more
// than limit bytes.
type factsCache struct {
	limit int

	mu     sync.Mutex // guards what follows
	size   int
	recent []*fileState
}

// weightOf estimates the memory of a program file's nodes.
func weightOf(f *fileState) int { return 4<<10 + 12*len(f.src.Text) }

func (c *factsCache) add(f *fileState) {
	if !f.src.Lang.Host() {
		return
	}
	c.mu.Lock()
	c.recent = append(c.recent, f)
	c.size += weightOf(f)
	n := 0
	for c.size > c.limit && n < len(c.recent)-1 {
		c.size -= weightOf(c.recent[n])
		n++
	}
	old := slices.Clone(c.recent[:n])
	c.recent = slices.Delete(c.recent, 0, n)
	c.mu.Unlock()
	for _, o := range old {
		o.strip()
	}
}

// drop forgets a version that a newer one replaces.
func (c *factsCache) drop(f *fileState) {
	if f == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.recent, f); i >= 0 {
		c.recent = slices.Delete(c.recent, i, i+1)
		c.size -= weightOf(f)
	}
}
