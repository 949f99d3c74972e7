package postgres

import (
	"container/list"
	"sync"
)

// cache keeps statements by their text, the least recently used leaving first
// when limit bytes are reached. Parsing happens outside its lock, once for all
// who ask at the same time.
type cache struct {
	limit int

	mu sync.Mutex // guards what follows
	// size is the estimated weight of all finished entries.
	size    int
	entries map[string]*entry
	recent  *list.List // of *entry, most recent first; finished ones only
}

// entry is a statement being read or read; done is closed when it is.
type entry struct {
	text   string
	done   chan struct{}
	result *Statement
	weight int
	place  *list.Element
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: map[string]*entry{}, recent: list.New()}
}

func (c *cache) statement(text string) *Statement {
	c.mu.Lock()
	if e := c.entries[text]; e != nil {
		if e.place != nil {
			c.recent.MoveToFront(e.place)
		}
		c.mu.Unlock()
		<-e.done
		return e.result
	}
	// The copy keeps a short statement from holding the whole file it is cut from.
	text = string([]byte(text))
	e := &entry{text: text, done: make(chan struct{})}
	c.entries[text] = e
	c.mu.Unlock()
	e.result = read(text)
	close(e.done)
	c.keep(e)
	return e.result
}

// keep counts a finished entry and drops old ones to make room.
func (c *cache) keep(e *entry) {
	e.weight = weigh(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	e.place = c.recent.PushFront(e)
	c.size += e.weight
	for c.size > c.limit && c.recent.Len() > 0 {
		old := c.recent.Remove(c.recent.Back()).(*entry)
		c.size -= old.weight
		delete(c.entries, old.text)
	}
}

// weigh estimates the memory of an entry: a model is a small multiple of the
// text, and not less than its fixed part.
func weigh(e *entry) int { return 2<<10 + 16*len(e.text) }
