// Walks over the outer dimensions of two arrays that are read or written by strides of their own (0 where one is broadcast).
#ifndef GATESCOPE_STRIDED_H
#define GATESCOPE_STRIDED_H
#include "vec.h"

/** Outer dimensions at most; engine/kernels/strides.ts merges what lies together, and refuses more. */
#define OUTER 5

typedef struct {
  int rank;
  /** Sizes, and floats from one index to the next in either array; the last dimension moves fastest. */
  int32_t dims[OUTER], first[OUTER], second[OUTER];
} Outer;

typedef struct {
  const Outer *outer;
  int32_t at[OUTER];
  /** Floats from the beginning of either array. */
  ptrdiff_t first, second;
} Walk;

/** At place `index` of all outer places. */
INLINE Walk walk_from(const Outer *outer, ptrdiff_t index) {
  Walk w = {.outer = outer};
  for (int d = outer->rank - 1; d >= 0; d--) {
    w.at[d] = (int32_t)(index % outer->dims[d]);
    index /= outer->dims[d];
    w.first += (ptrdiff_t)w.at[d] * outer->first[d];
    w.second += (ptrdiff_t)w.at[d] * outer->second[d];
  }
  return w;
}

INLINE void walk_on(Walk *w) {
  const Outer *o = w->outer;
  for (int d = o->rank - 1; d >= 0; d--) {
    w->first += o->first[d];
    w->second += o->second[d];
    if (++w->at[d] < o->dims[d]) return;
    w->first -= (ptrdiff_t)o->dims[d] * o->first[d];
    w->second -= (ptrdiff_t)o->dims[d] * o->second[d];
    w->at[d] = 0;
  }
}
#endif
