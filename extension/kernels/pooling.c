// From one vector a token to one a text. Letters: B texts, N tokens in token order, D numbers a token.
#include "vec.h"

enum { POOL_LAST = 0, POOL_MEAN = 1, POOL_MAX = 2 };

typedef struct {
  int kind;
  /** D, and where the columns of the reverse direction begin. */
  ptrdiff_t width, hidden;
  const int32_t *offsets, *lengths;
  /** [N, D] and [B, D]; sources: the row that each value came from (last, max). */
  float *tokens, *pooled;
  int32_t *sources;
} Pooling;

static void pool_mean(const Pooling *p, ptrdiff_t text) {
  const ptrdiff_t D = p->width, start = p->offsets[text], length = p->lengths[text];
  float *out = p->pooled + text * D;
  zero_floats(out, D);
  for (ptrdiff_t row = start; row < start + length; row++)
    for (ptrdiff_t j = 0; j < D; j += W)
      store_upto(out + j, load_upto(out + j, D - j) + load_upto(p->tokens + row * D + j, D - j), D - j);
  for (ptrdiff_t j = 0; j < D; j += W) store_upto(out + j, load_upto(out + j, D - j) / (float)length, D - j);
}

/** Of equal maxima the first counts; what is not a number wins. */
static void pool_max(const Pooling *p, ptrdiff_t text) {
  const ptrdiff_t D = p->width, start = p->offsets[text], length = p->lengths[text];
  float *out = p->pooled + text * D;
  int32_t *source = p->sources + text * D;
  copy_floats(out, p->tokens + start * D, D);
  for (ptrdiff_t j = 0; j < D; j++) source[j] = (int32_t)start;
  for (ptrdiff_t row = start + 1; row < start + length; row++)
    for (ptrdiff_t j = 0; j < D; j += W) {
      vf best = load_upto(out + j, D - j), x = load_upto(p->tokens + row * D + j, D - j);
      vi isNew = (vi)(x > best) | ((vi)(x != x) & (vi)(best == best));
      vi at = (vi)load_upto((float *)source + j, D - j);
      store_upto(out + j, select_(isNew, x, best), D - j);
      store_upto((float *)source + j, select_(isNew, (vf)((vi){} + (int32_t)row), (vf)at), D - j);
    }
}

static void pool_last(const Pooling *p, ptrdiff_t text) {
  const ptrdiff_t D = p->width, first = p->offsets[text], last = first + p->lengths[text] - 1;
  for (ptrdiff_t j = 0; j < D; j++) {
    const ptrdiff_t row = j < p->hidden ? last : first;
    p->sources[text * D + j] = (int32_t)row;
    p->pooled[text * D + j] = p->tokens[row * D + j];
  }
}

static void pool_forward(const Pooling *p, ptrdiff_t text) {
  if (p->kind == POOL_MEAN) pool_mean(p, text);
  else if (p->kind == POOL_MAX) pool_max(p, text);
  else pool_last(p, text);
}

/** `tokens` and `pooled` are gradients here: writes all rows of a text. */
static void pool_backward(const Pooling *p, ptrdiff_t text) {
  const ptrdiff_t D = p->width, start = p->offsets[text], length = p->lengths[text];
  const float *up = p->pooled + text * D;
  float *rows = p->tokens + start * D;
  if (p->kind == POOL_MEAN) {
    for (ptrdiff_t row = 0; row < length; row++)
      for (ptrdiff_t j = 0; j < D; j += W)
        store_upto(rows + row * D + j, load_upto(up + j, D - j) / (float)length, D - j);
    return;
  }
  zero_floats(rows, length * D);
  for (ptrdiff_t j = 0; j < D; j++) p->tokens[p->sources[text * D + j] * D + j] = up[j];
}
