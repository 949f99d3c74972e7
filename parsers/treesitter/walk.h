#ifndef DBWISE_WALK_H
#define DBWISE_WALK_H

#include <stdint.h>

// What tree-sitter's api.h calls TSNode: 32 bytes, passed by value.
typedef struct {
  uint32_t context[4];
  const void *id;
  const void *tree;
} dbwise_node;

// The layout of Raw in nodes.go.
typedef struct {
  uint32_t start, end;
  int32_t parent, stop, reuse;
  uint16_t symbol, field, flags, unused;
} dbwise_raw;

enum {
  DBWISE_NAMED = 1,
  DBWISE_BROKEN = 2,
  DBWISE_MISSING = 4,
  DBWISE_EXTRA = 8,
};

// A node that need not be descended into; the layout of stop in memo.go.
typedef struct {
  uint32_t start, end;
  uint16_t symbol, unused;
} dbwise_stop;

// dbwise_walk lists the tree below root in pre-order in malloc'ed memory; NULL
// if there is none left. stops are sorted by start, then by falling end.
dbwise_raw *dbwise_walk(dbwise_node root, const dbwise_stop *stops,
                        uint32_t stop_count, uint32_t *count);

// A place in a text, and what tree-sitter's api.h calls TSInputEdit.
typedef struct {
  uint32_t row, column;
} dbwise_point;

typedef struct {
  uint32_t start, old_end, new_end;
  dbwise_point start_point, old_end_point, new_end_point;
} dbwise_edit;

// dbwise_edit_tree tells the tree of a node what became of its text.
void dbwise_edit_tree(dbwise_node root, dbwise_edit edit);

#endif
