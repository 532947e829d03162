// Update rules of torch.optim over flat arrays, and the reductions around them. Every element is on its own.
#include "vec.h"

enum { OPT_SGD = 0, OPT_ADAM = 1, OPT_ADAMW = 2, OPT_RMSPROP = 3, OPT_ADAGRAD = 4 };

/** Floats of a block: what one chunk covers. */
#define OPT_BLOCK 16384

typedef struct {
  int kind, is_nesterov, is_first, is_centered;
  /** Gradients are scaled, then limited to ±limit where limit > 0. */
  float gradient_scale, limit;
  float rate, decay, epsilon;
  /** Adam: β1, β2, 1 / √(1 - β2^t). SGD: momentum. RMSprop: α, momentum. rest1 = 1 - beta1, not from a beta1 that was rounded. */
  float beta1, beta2, rest1, rest2, square_scale;
  /** What AdamW leaves of a weight: 1 - η λ. */
  float kept;
  float *values, *first, *second, *third;
  const float *gradient;
  ptrdiff_t n;
} Optimizer;

INLINE vf sgd(const Optimizer *o, vf g, ptrdiff_t at, ptrdiff_t n) {
  if (!o->first) return g;
  vf buffer = flushed(o->is_first ? g : fma_(splat(o->beta1), load_upto(o->first + at, n), g));
  store_upto(o->first + at, buffer, n);
  return o->is_nesterov ? fma_(splat(o->beta1), buffer, g) : buffer;
}

INLINE vf adam(const Optimizer *o, vf g, ptrdiff_t at, ptrdiff_t n) {
  vf m = load_upto(o->first + at, n), v = load_upto(o->second + at, n);
  m = flushed(fma_(splat(o->beta1), m, o->rest1 * g));
  v = flushed_square(fma_(splat(o->beta2), v, o->rest2 * g * g));
  store_upto(o->first + at, m, n);
  store_upto(o->second + at, v, n);
  return m / fma_(sqrt_(v), splat(o->square_scale), splat(o->epsilon));
}

INLINE vf rmsprop(const Optimizer *o, vf g, ptrdiff_t at, ptrdiff_t n) {
  vf square = flushed_square(fma_(splat(o->beta1), load_upto(o->second + at, n), o->rest1 * g * g));
  store_upto(o->second + at, square, n);
  if (o->is_centered) {
    vf mean = flushed(fma_(splat(o->beta1), load_upto(o->third + at, n), o->rest1 * g));
    store_upto(o->third + at, mean, n);
    vf variance = fma_(-mean, mean, square);
    square = select_(variance < 0.0f, splat(0), variance);
  }
  vf step = g / (sqrt_(square) + o->epsilon);
  if (!o->first) return step;
  vf buffer = flushed(fma_(splat(o->beta2), load_upto(o->first + at, n), step));
  store_upto(o->first + at, buffer, n);
  return buffer;
}

INLINE vf adagrad(const Optimizer *o, vf g, ptrdiff_t at, ptrdiff_t n) {
  vf sum = fma_(g, g, load_upto(o->second + at, n));
  store_upto(o->second + at, sum, n);
  return g / (sqrt_(sum) + o->epsilon);
}

/** Elements from … to; `gradient` is theirs, or null where it is all zero. */
INLINE void optimize_as(const int kind, const Optimizer *o, const float *gradient, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t at = from; at < to; at += W) {
    const ptrdiff_t n = to - at;
    vf value = load_upto(o->values + at, n), g = gradient ? load_upto(gradient + (at - from), n) : splat(0);
    g *= o->gradient_scale;
    if (o->limit > 0) g = min_(max_(g, splat(-o->limit)), splat(o->limit));
    if (kind != OPT_ADAMW) g = fma_(splat(o->decay), value, g);
    vf step;
    if (kind == OPT_SGD) step = sgd(o, g, at, n);
    else if (kind == OPT_RMSPROP) step = rmsprop(o, g, at, n);
    else if (kind == OPT_ADAGRAD) step = adagrad(o, g, at, n);
    else step = adam(o, g, at, n);
    if (kind == OPT_ADAMW) value *= o->kept;
    store_upto(o->values + at, fma_(splat(-o->rate), step, value), n);
  }
}

NOINLINE void optimize(const Optimizer *o, const float *gradient, ptrdiff_t from, ptrdiff_t to) {
  switch (o->kind) {
    case OPT_SGD: optimize_as(OPT_SGD, o, gradient, from, to); break;
    case OPT_ADAM: optimize_as(OPT_ADAM, o, gradient, from, to); break;
    case OPT_ADAMW: optimize_as(OPT_ADAMW, o, gradient, from, to); break;
    case OPT_RMSPROP: optimize_as(OPT_RMSPROP, o, gradient, from, to); break;
    case OPT_ADAGRAD: optimize_as(OPT_ADAGRAD, o, gradient, from, to); break;
  }
}

/** Rows from … to of a table whose gradient is sparse: row r has values[slots[r]], or none (-1). Lazy: rows without are left as they are. */
static void optimize_rows(const Optimizer *o, const int32_t *slots, ptrdiff_t size, int is_lazy, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t row = from; row < to; row++) {
    if (slots[row] < 0 && is_lazy) continue;
    optimize(o, slots[row] < 0 ? 0 : o->gradient + slots[row] * size, row * size, (row + 1) * size);
  }
}

/** Σ x² over the virtual lanes. */
static float sum_of_squares(const float *x, ptrdiff_t n) {
  vf lanes[LANE_VECTORS] = {};
  for (ptrdiff_t j = 0; j < n; j += LANES)
    for (int v = 0; v < LANE_VECTORS && j + v * W < n; v++) {
      vf value = load_upto(x + j + v * W, n - j - v * W);
      lanes[v] = fma_(value, value, lanes[v]);
    }
  return lanes_sum(lanes);
}

/** y += x, or y = x · m: what the layers need between kernels. */
static void add_floats(float *y, const float *x, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t at = from; at < to; at += W) store_upto(y + at, load_upto(y + at, to - at) + load_upto(x + at, to - at), to - at);
}

/** Sums of columns from … to of [rows, columns], in blocks of 64 rows whose sums are then added in order. */
static void column_sums(const float *x, float *sums, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t from, ptrdiff_t to) {
  // Strips of columns, so that a row is read in one go and not a vector at a time, a row's length apart.
  enum { STRIP = 256 };
  for (ptrdiff_t j0 = from; j0 < to; j0 += STRIP) {
    const ptrdiff_t n = least(STRIP, to - j0);
    float block[STRIP];
    zero_floats(sums + j0, n);
    for (ptrdiff_t first = 0; first < rows; first += 64) {
      zero_floats(block, n);
      for (ptrdiff_t row = first; row < least(rows, first + 64); row++) add_floats(block, x + row * columns + j0, 0, n);
      add_floats(sums + j0, block, 0, n);
    }
  }
}

static void multiply_floats(const float *x, const float *m, float *y, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t at = from; at < to; at += W) store_upto(y + at, load_upto(x + at, to - at) * load_upto(m + at, to - at), to - at);
}
