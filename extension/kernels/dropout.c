// Inverted dropout with masks from Philox 4x32-10 (Salmon et al., 2011), the same numbers as extension/util/rng.ts:
// block b of the stream (counter b, step, lane; key seed, purpose) is the words of elements 4b … 4b + 3.
#include "vec.h"

typedef uint64_t vl __attribute__((vector_size(W * 8)));

typedef struct {
  const float *x;
  float *out, *mask;
  ptrdiff_t n;
  uint32_t seed, purpose, step, lane;
  /** An element is dropped where its 24 random bits are below this. */
  uint32_t threshold;
  float kept;
} Dropout;

INLINE void multiply_wide(vu a, uint32_t by, vu *high, vu *low) {
  vl product = __builtin_convertvector(a, vl) * by;
  *high = __builtin_convertvector(product >> 32, vu);
  *low = a * by;
}

/** Words of W blocks from `block` on: words[w][lane]. */
INLINE void philox(const Dropout *d, uint32_t block, uint32_t words[4][W]) {
  vu c0, c1 = {}, c2 = (vu){} + d->step, c3 = (vu){} + d->lane;
  for (int i = 0; i < W; i++) c0[i] = block + (uint32_t)i;
  uint32_t k0 = d->seed, k1 = d->purpose;
  for (int round = 0; round < 10; round++) {
    vu high0, low0, high1, low1;
    multiply_wide(c0, 0xd2511f53u, &high0, &low0);
    multiply_wide(c2, 0xcd9e8d57u, &high1, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  *(vu *)words[0] = c0;
  *(vu *)words[1] = c1;
  *(vu *)words[2] = c2;
  *(vu *)words[3] = c3;
}

/** Elements of 4 · `blocks` from block `first` on: mask, and out = x · mask. */
static void dropout_blocks(const Dropout *d, ptrdiff_t first, ptrdiff_t blocks) {
  uint32_t words[4][W];
  const ptrdiff_t end = least(d->n, (first + blocks) * 4);
  for (ptrdiff_t block = first; block * 4 < end; block += W) {
    philox(d, (uint32_t)block, words);
    const ptrdiff_t from = block * 4, count = least(4 * W, end - from);
    for (ptrdiff_t i = 0; i < count; i++) {
      const float mask = (words[i & 3][i >> 2] >> 8) < d->threshold ? 0.0f : d->kept;
      d->mask[from + i] = mask;
      d->out[from + i] = d->x[from + i] * mask;
    }
  }
}
