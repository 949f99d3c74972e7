// One call lists a whole tree: a call from Go per node costs forty times as
// much. The functions of tree-sitter are declared here because its headers
// come with the Go module that links it, out of reach of an include; weak, so
// that this package links alone when cgo probes it.
#include "walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__APPLE__)
#define LATER
#else
#define LATER __attribute__((weak))
#endif

typedef struct {
  const void *tree;
  const void *id;
  uint32_t context[3];
} cursor;

extern cursor ts_tree_cursor_new(dbwise_node) LATER;
extern void ts_tree_cursor_delete(cursor *) LATER;
extern dbwise_node ts_tree_cursor_current_node(const cursor *) LATER;
extern uint16_t ts_tree_cursor_current_field_id(const cursor *) LATER;
extern bool ts_tree_cursor_goto_parent(cursor *) LATER;
extern bool ts_tree_cursor_goto_next_sibling(cursor *) LATER;
extern bool ts_tree_cursor_goto_first_child(cursor *) LATER;
extern uint16_t ts_node_symbol(dbwise_node) LATER;
extern uint32_t ts_node_start_byte(dbwise_node) LATER;
extern uint32_t ts_node_end_byte(dbwise_node) LATER;
extern bool ts_node_is_named(dbwise_node) LATER;
extern bool ts_node_is_missing(dbwise_node) LATER;
extern bool ts_node_is_extra(dbwise_node) LATER;
extern bool ts_node_has_error(dbwise_node) LATER;

extern void ts_tree_edit(void *, const dbwise_edit *) LATER;

// The binding's own Edit passes the old end as the new end point. Tree-sitter
// decides by columns whether the size of a token fits in a byte, so a token
// that grew beyond 255 bytes wrapped around.
void dbwise_edit_tree(dbwise_node root, dbwise_edit edit) {
  ts_tree_edit((void *)root.tree, &edit);
}

static void fill(dbwise_raw *r, const cursor *c) {
  dbwise_node n = ts_tree_cursor_current_node(c);
  r->start = ts_node_start_byte(n);
  r->end = ts_node_end_byte(n);
  r->symbol = ts_node_symbol(n);
  r->field = ts_tree_cursor_current_field_id(c);
  r->reuse = -1;
  r->unused = 0;
  r->flags = (ts_node_is_named(n) ? DBWISE_NAMED : 0) |
             (ts_node_has_error(n) ? DBWISE_BROKEN : 0) |
             (ts_node_is_missing(n) ? DBWISE_MISSING : 0) |
             (ts_node_is_extra(n) ? DBWISE_EXTRA : 0);
}

// find gives the index of the stop that is exactly r, or -1.
static int32_t find(const dbwise_raw *r, const dbwise_stop *stops, uint32_t count) {
  if (r->flags & DBWISE_BROKEN) return -1;
  uint32_t lo = 0, hi = count;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    const dbwise_stop *s = &stops[mid];
    if (s->start < r->start || (s->start == r->start && s->end > r->end)) {
      lo = mid + 1;
    } else {
      hi = mid;
    }
  }
  for (; lo < count && stops[lo].start == r->start && stops[lo].end == r->end; lo++) {
    if (stops[lo].symbol == r->symbol) return (int32_t)lo;
  }
  return -1;
}

dbwise_raw *dbwise_walk(dbwise_node root, const dbwise_stop *stops,
                        uint32_t stop_count, uint32_t *count) {
  uint32_t cap = 1024, n = 0;
  int32_t parent = -1;
  dbwise_raw *raws = malloc(cap * sizeof *raws);
  if (!raws) return NULL;
  cursor c = ts_tree_cursor_new(root);
  for (;;) {
    if (n == cap) {
      dbwise_raw *more = realloc(raws, 2 * (size_t)cap * sizeof *raws);
      if (!more) break;
      raws = more;
      cap *= 2;
    }
    int32_t at = (int32_t)n++;
    fill(&raws[at], &c);
    raws[at].parent = parent;
    raws[at].reuse = find(&raws[at], stops, stop_count);
    if (raws[at].reuse < 0 && ts_tree_cursor_goto_first_child(&c)) {
      parent = at;
      continue;
    }
    raws[at].stop = (int32_t)n;
    while (!ts_tree_cursor_goto_next_sibling(&c)) {
      if (parent < 0 || !ts_tree_cursor_goto_parent(&c)) goto done;
      raws[parent].stop = (int32_t)n;
      parent = raws[parent].parent;
    }
  }
  free(raws);
  raws = NULL;
done:
  ts_tree_cursor_delete(&c);
  *count = n;
  return raws;
}
