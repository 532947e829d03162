// Copies between arrays that lie differently: transpose, concat, slice, pad.
#include "strided.h"

typedef struct {
  const float *x;
  float *out;
  /** The two inner dimensions, [m, n], and their strides. Out of x, or out of `out`, one stride of 1 makes it quick. */
  ptrdiff_t m, n, x_m, x_n, out_m, out_n;
  Outer outer;
} Copy;

/** Floats of a side of the tile that both arrays keep in the first cache. */
#define COPY_TILE 16

static void copy_tiles(const Copy *c, const float *x, float *out) {
  for (ptrdiff_t i0 = 0; i0 < c->m; i0 += COPY_TILE)
    for (ptrdiff_t j0 = 0; j0 < c->n; j0 += COPY_TILE)
      for (ptrdiff_t i = i0; i < least(c->m, i0 + COPY_TILE); i++)
        for (ptrdiff_t j = j0; j < least(c->n, j0 + COPY_TILE); j++)
          out[i * c->out_m + j * c->out_n] = x[i * c->x_m + j * c->x_n];
}

/** Outer places from … to. */
static void copy_strided(const Copy *c, ptrdiff_t from, ptrdiff_t to) {
  Walk w = walk_from(&c->outer, from);
  for (ptrdiff_t place = from; place < to; place++, walk_on(&w)) {
    const float *x = c->x + w.first;
    float *out = c->out + w.second;
    if (c->x_n == 1 && c->out_n == 1)
      for (ptrdiff_t i = 0; i < c->m; i++) copy_floats(out + i * c->out_m, x + i * c->x_m, c->n);
    else copy_tiles(c, x, out);
  }
}
