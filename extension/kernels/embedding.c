// Look-up of token vectors and its gradient. Letters: N tokens, D numbers a token, R different tokens of the batch.
#include "vec.h"

/** out[t] = table[ids[t]] for tokens from … to. */
static void embedding_gather(const float *table, const int32_t *ids, float *out, ptrdiff_t size, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t token = from; token < to; token++) copy_floats(out + token * size, table + ids[token] * size, size);
}

/** values[slots[t]] += d_out[t] over the tokens in order, columns from … to; slot -1 has no gradient. Rows are cleared first. */
static void embedding_scatter(const float *d_out, const int32_t *slots, float *values, ptrdiff_t tokens, ptrdiff_t rows,
                              ptrdiff_t size, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t row = 0; row < rows; row++) zero_floats(values + row * size + from, to - from);
  for (ptrdiff_t token = 0; token < tokens; token++) {
    if (slots[token] < 0) continue;
    const float *up = d_out + token * size;
    float *sum = values + slots[token] * size;
    for (ptrdiff_t j = from; j < to; j += W)
      store_upto(sum + j, load_upto(sum + j, to - j) + load_upto(up + j, to - j), to - j);
  }
}
