// Sums, means and extremes over one dimension of [outer, count, inner]. The rule of bits: where inner is 1, sums run over the virtual
// lanes of blocks of REDUCE_BLOCK elements, else over blocks of REDUCE_ROWS rows; the sums of blocks are added in their order.
#include "vec.h"

enum { REDUCE_SUM, REDUCE_MEAN, REDUCE_MAX, REDUCE_MIN };
#define REDUCE_BLOCK 4096
#define REDUCE_ROWS 64
/** Columns of a unit of work, where inner is not 1. */
#define REDUCE_COLUMNS 64

typedef struct {
  int kind;
  const float *x;
  float *out;
  ptrdiff_t count, inner;
} Reduction;

static float block_sum(const float *x, ptrdiff_t n) {
  vf lanes[LANE_VECTORS] = {};
  for (ptrdiff_t j = 0; j < n; j += LANES)
    for (int v = 0; v < LANE_VECTORS && j + v * W < n; v++) lanes[v] += load_upto(x + j + v * W, n - j - v * W);
  return lanes_sum(lanes);
}

INLINE vf extreme_of(const int kind, vf a, vf b) { return kind == REDUCE_MAX ? maximum_(a, b) : minimum_(a, b); }

/** The extreme of n > 0 elements. */
INLINE float row_extreme(const int kind, const float *x, ptrdiff_t n) {
  vf best = splat(x[0]);
  ptrdiff_t j = 0;
  for (; j + W <= n; j += W) best = extreme_of(kind, best, load(x + j));
  for (; j < n; j++) best = extreme_of(kind, best, splat(x[j]));
  vf last = splat(best[0]);
  for (int i = 1; i < W; i++) last = extreme_of(kind, last, splat(best[i]));
  return last[0];
}

static float reduce_row(const Reduction *r, const float *x) {
  if (r->kind == REDUCE_MAX) return row_extreme(REDUCE_MAX, x, r->count);
  if (r->kind == REDUCE_MIN) return row_extreme(REDUCE_MIN, x, r->count);
  float sum = 0;
  for (ptrdiff_t at = 0; at < r->count; at += REDUCE_BLOCK) sum += block_sum(x + at, least(REDUCE_BLOCK, r->count - at));
  return r->kind == REDUCE_MEAN ? sum / (float)r->count : sum;
}

INLINE vf columns_sum(const Reduction *r, const float *x, ptrdiff_t n) {
  vf total = splat(0);
  for (ptrdiff_t first = 0; first < r->count; first += REDUCE_ROWS) {
    vf block = splat(0);
    for (ptrdiff_t row = first; row < least(r->count, first + REDUCE_ROWS); row++) block += load_upto(x + row * r->inner, n);
    total += block;
  }
  return r->kind == REDUCE_MEAN ? total / (float)r->count : total;
}

INLINE vf columns_extreme(const int kind, const Reduction *r, const float *x, ptrdiff_t n) {
  vf best = load_upto(x, n);
  for (ptrdiff_t row = 1; row < r->count; row++) best = extreme_of(kind, best, load_upto(x + row * r->inner, n));
  return best;
}

/** Columns from … to of one outer place. */
static void reduce_columns(const Reduction *r, const float *x, float *out, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t j = from; j < to; j += W) {
    const ptrdiff_t n = to - j;
    vf result;
    if (r->kind == REDUCE_MAX) result = columns_extreme(REDUCE_MAX, r, x + j, n);
    else if (r->kind == REDUCE_MIN) result = columns_extreme(REDUCE_MIN, r, x + j, n);
    else result = columns_sum(r, x + j, n);
    store_upto(out + j, result, n);
  }
}

/** Units from … to: outer places where inner is 1, else blocks of REDUCE_COLUMNS columns of them. */
static void reduce(const Reduction *r, ptrdiff_t from, ptrdiff_t to) {
  if (r->inner == 1) {
    for (ptrdiff_t row = from; row < to; row++) r->out[row] = reduce_row(r, r->x + row * r->count);
    return;
  }
  const ptrdiff_t blocks = (r->inner + REDUCE_COLUMNS - 1) / REDUCE_COLUMNS;
  for (ptrdiff_t unit = from; unit < to; unit++) {
    const ptrdiff_t outer = unit / blocks, first = unit % blocks * REDUCE_COLUMNS;
    reduce_columns(r, r->x + outer * r->count * r->inner, r->out + outer * r->inner, first, least(r->inner, first + REDUCE_COLUMNS));
  }
}
