// Look-up of rows and its gradient. Letters: N tokens, D numbers a token, R different tokens of the batch.
#include "vec.h"

/**
 * Rows of tables: row r of `out` [places, count, size] is row ids[r % count] of table r / count, of `rows` rows. Every `shared` tables
 * use the same ids [places / shared, count].
 */
typedef struct {
  const float *tables;
  const int32_t *ids;
  float *out;
  ptrdiff_t size, count, rows, shared;
} Gather;

static void gather_rows(const Gather *g, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t row = from; row < to; row++) {
    const ptrdiff_t table = row / g->count, id = g->ids[table / g->shared * g->count + row % g->count];
    copy_floats(g->out + row * g->size, g->tables + (table * g->rows + id) * g->size, g->size);
  }
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
