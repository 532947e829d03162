#include "gemm.h"
#include "vecmath.h"

typedef struct {
  /** Element (r, k) of the tile of A: a[r · row_stride + k · k_stride]. */
  const float *a;
  ptrdiff_t row_stride, k_stride;
  const float *panel;
  float *c[MOST_ROWS];
  const float *bias, *bias2;
  ptrdiff_t depth, columns;
  int start;
} Tile;

INLINE vf tile_start(const Tile *t, int r, int j) {
  ptrdiff_t left = t->columns - j * W;
  if (t->start == GEMM_ADD) return load_upto(t->c[r] + j * W, left);
  if (t->start == GEMM_ZERO) return splat(0);
  vf bias = load_upto(t->bias + j * W, left);
  return t->bias2 ? bias + load_upto(t->bias2 + j * W, left) : bias;
}

/** The compiler by itself stops at 12 rows; the sums of more would then live in memory. */
#define UNROLL _Pragma("clang loop unroll(full)")

/** A tile of `rows` rows and `vectors` vectors; both are constants where this is inlined. */
INLINE void tile(const Tile *t, const int rows, const int vectors, const int is_packed) {
  vf sums[MOST_ROWS][NV];
  UNROLL for (int r = 0; r < rows; r++)
    for (int j = 0; j < vectors; j++) sums[r][j] = tile_start(t, r, j);
  const float *a = t->a, *b = t->panel;
  const ptrdiff_t row_stride = is_packed ? 1 : t->row_stride, k_stride = is_packed ? MR : 1;
  const ptrdiff_t depth = t->depth;
  for (ptrdiff_t k = 0; k < depth; k++) {
    vf right[NV];
    for (int j = 0; j < vectors; j++) right[j] = load(b + j * W);
    for (int j = 0; j < NR; j += 16) __builtin_prefetch(b + AHEAD * NR + j);
    UNROLL for (int r = 0; r < rows; r++) {
      vf left = splat(a[r * row_stride]);
      for (int j = 0; j < vectors; j++) sums[r][j] = fma_(left, right[j], sums[r][j]);
    }
    a += k_stride;
    b += NR;
  }
  UNROLL for (int r = 0; r < rows; r++)
    for (int j = 0; j < vectors; j++) store_upto(t->c[r] + j * W, sums[r][j], t->columns - j * W);
}

#define TILE_ROWS(rows)                                          \
  case rows:                                                     \
    if (is_packed) tile(t, rows, vectors, 1);                    \
    else tile(t, rows, vectors, 0);                              \
    break;

INLINE void tile_of(const Tile *t, int rows, const int vectors, int is_packed) {
  switch (rows) {
    TILE_ROWS(1)
    TILE_ROWS(2)
    TILE_ROWS(3)
    TILE_ROWS(4)
#if MR >= 6
    TILE_ROWS(5)
    TILE_ROWS(6)
#endif
#if MR >= 12
    TILE_ROWS(7)
    TILE_ROWS(8)
    TILE_ROWS(9)
    TILE_ROWS(10)
    TILE_ROWS(11)
    TILE_ROWS(12)
#endif
#if MOST_ROWS >= 14
    case 13: tile(t, 13, vectors, 0); break;
    case 14: tile(t, 14, vectors, 0); break;
#endif
  }
}
NOINLINE void tile_wide(const Tile *t, int rows, int is_packed) { tile_of(t, rows, 2, is_packed); }
NOINLINE void tile_narrow(const Tile *t, int rows, int is_packed) { tile_of(t, rows, 1, is_packed); }

/** Rows of Aᵀ beside each other: tile by tile [depth, MR]. A row of Aᵀ's source is read in one go. */
static void pack_rows(const float *a, ptrdiff_t k_stride, ptrdiff_t rows, ptrdiff_t depth, float *to) {
  const ptrdiff_t whole = rows - rows % MR;
  for (ptrdiff_t k = 0; k < depth; k++, a += k_stride) {
    float *at = to + k * MR;
    for (ptrdiff_t row = 0; row < whole; row += MR) copy_floats(at + row * depth, a + row, MR);
    for (ptrdiff_t row = whole; row < rows; row++) at[whole * depth + row - whole] = a[row];
  }
}

static void activate_row(float *row, ptrdiff_t n, int activation) {
  for (ptrdiff_t j = 0; j < n; j += W) {
    vf x = load_upto(row + j, n - j);
    if (activation == ACT_RELU) x = select_(x < 0.0f, splat(0), x);
    else if (activation == ACT_TANH) x = tanh_(x);
    else x = sigmoid_(x);
    store_upto(row + j, x, n - j);
  }
}

INLINE float *c_row(const Gemm *g, ptrdiff_t m) { return g->c + (g->rows ? g->rows[m] : m) * g->ldc; }

/** Rows of the next tile: a tile of one or two waits for its own sums, so that the last ones are of about the same size. */
INLINE ptrdiff_t tile_rows(ptrdiff_t left, int is_packed) {
  if (is_packed || left > 2 * MOST_ROWS) return least(MR, left);
  return left <= MOST_ROWS ? left : (left + 1) / 2;
}

/** Rows m … m + rows over depth k0 … k0 + depth, all columns; A as packed by pack_rows, or null where it is read where it lies. */
NOINLINE void gemm_block(const Gemm *g, ptrdiff_t m, ptrdiff_t rows, ptrdiff_t k0, ptrdiff_t depth, const float *packed) {
  Tile t = {.row_stride = g->row_stride, .depth = depth, .start = k0 > 0 ? GEMM_ADD : g->start};
  for (ptrdiff_t n = 0; n < g->n; n += NR) {
    t.panel = g->panels + n * g->k + k0 * NR;
    t.columns = g->n - n;
    t.bias = g->bias ? g->bias + n : 0;
    t.bias2 = g->bias2 ? g->bias2 + n : 0;
    for (ptrdiff_t row = 0, count; row < rows; row += count) {
      count = tile_rows(rows - row, packed != 0);
      t.a = packed ? packed + row * depth : g->a + (m + row) * g->row_stride + k0;
      for (ptrdiff_t r = 0; r < count; r++) t.c[r] = c_row(g, m + row + r) + n;
      // C of the next tile arrives while this one computes.
      for (ptrdiff_t r = count; r < least(count + MR, rows - row); r++)
        for (int j = 0; j < NR; j += 16) __builtin_prefetch(c_row(g, m + row + r) + n + j, 1);
      if (t.columns > W) tile_wide(&t, (int)count, packed != 0);
      else tile_narrow(&t, (int)count, packed != 0);
    }
  }
}

static void gemm_rows(const Gemm *g, const Twin *twin, ptrdiff_t from, ptrdiff_t to, float *scratch) {
  Gemm second = *g;
  if (twin) {
    second = (Gemm){.a = g->a, .row_stride = g->row_stride, .k_stride = g->k_stride, .k = g->k, .start = GEMM_ZERO};
    second.panels = twin->panels, second.c = twin->c, second.n = second.ldc = twin->n;
  }
  // Depth outside, so that a block of B stays in the second cache while all rows pass by. A depth of zero still writes what sums start from.
  for (ptrdiff_t k0 = 0; k0 < g->k || k0 == 0; k0 += KC)
    for (ptrdiff_t m = from; m < to; m += MC) {
      const ptrdiff_t rows = least(MC, to - m), depth = least(KC, g->k - k0);
      const float *packed = g->k_stride == 1 ? 0 : scratch;
      if (packed) pack_rows(g->a + m * g->row_stride + k0 * g->k_stride, g->k_stride, rows, depth, scratch);
      gemm_block(g, m, rows, k0, depth, packed);
      if (twin) gemm_block(&second, m, rows, k0, depth, packed);
    }
  if (g->activation != ACT_NONE)
    for (ptrdiff_t row = from; row < to; row++) activate_row(c_row(g, row), g->n, g->activation);
}

static const float *indexed_row(const float *source, const float *other, ptrdiff_t stride, int32_t at) {
  if (at >= 0) return source + at * stride;
  return at == -1 ? 0 : other + (-2 - at) * stride;
}

typedef float v4 __attribute__((vector_size(16), aligned(4)));

/** to[k · NR + n] = from[n · stride + k] of four columns n and four rows k. */
INLINE void transpose_four(const float *from, ptrdiff_t stride, float *to) {
  const v4 a = *(const v4 *)from, b = *(const v4 *)(from + stride);
  const v4 c = *(const v4 *)(from + 2 * stride), d = *(const v4 *)(from + 3 * stride);
  const v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  *(v4 *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(v4 *)(to + NR) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  const v4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(v4 *)(to + 2 * NR) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(v4 *)(to + 3 * NR) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/** Four columns of a panel, `depth` rows, of B stored transposed at `from`; columns from `count` on are zeros. */
INLINE void pack_transposed(const float *from, ptrdiff_t stride, ptrdiff_t depth, ptrdiff_t count, float *to) {
  ptrdiff_t row = 0;
  if (count >= 4) for (; row + 4 <= depth; row += 4) transpose_four(from + row, stride, to + row * NR);
  for (; row < depth; row++)
    for (ptrdiff_t j = 0; j < 4; j++) to[row * NR + j] = j < count ? from[j * stride + row] : 0;
}

static void pack_panel(const float *source, const float *other, float *panels, ptrdiff_t p, ptrdiff_t n, ptrdiff_t k,
                       ptrdiff_t k_stride, ptrdiff_t n_stride, const int32_t *index) {
  const ptrdiff_t first = p * NR, count = least(NR, n - first);
  float *to = panels + first * k;
  if (n_stride == 1) {
    for (ptrdiff_t row = 0; row < k; row++, to += NR) {
      const float *from = index ? indexed_row(source, other, k_stride, index[row]) : source + row * k_stride;
      if (!from) zero_floats(to, NR);
      else if (count == NR) for (int j = 0; j < NV; j++) store(to + j * W, load(from + first + j * W));
      else {
        zero_floats(to, NR);
        copy_floats(to, from + first, count);
      }
    }
    return;
  }
  // B is stored transposed: blocks of 16 rows keep both sides in the first cache.
  for (ptrdiff_t k0 = 0; k0 < k; k0 += 16)
    for (ptrdiff_t j = 0; j < NR; j += 4)
      pack_transposed(source + (first + j) * n_stride + k0, n_stride, least(16, k - k0), count - j, to + k0 * NR + j);
}
