// What LSTM, GRU and RNN compute with (recurrent.c, cells.c).
#ifndef GATESCOPE_RECURRENT_H
#define GATESCOPE_RECURRENT_H
#include "vec.h"

enum { CELL_LSTM = 0, CELL_GRU = 1, CELL_TANH = 2, CELL_RELU = 3 };

typedef struct {
  int cell;
  ptrdiff_t hidden, steps, gate_count;
  const int32_t *active, *starts, *rows, *order;
  /** [N, G·H] gates; [N, H] of the LSTM: cells and their tanh; of the GRU: W_hn h + b_hn, in `cells`. */
  float *gates, *cells, *tanh_cells;
  /** out[row, H] with `out_stride` floats a row: one direction of a layer's output. */
  float *out;
  ptrdiff_t out_stride;
  const float *recurrent_panels, *bias_hh;
  /** [B, H] running states by rank; [B, 3H] of the GRU: W_hh h + b_hh. */
  float *h, *c, *products;
  /** [B, H] by text; null is zero. */
  const float *h0, *c0;
  /** [B, H] by text: states after the last token. */
  float *h_last, *c_last;
  /** Backward. [N, H] with `d_out_stride`. */
  const float *d_out;
  ptrdiff_t d_out_stride;
  /** [N, G·H] in step order: gradients of the pre-activations; of the GRU's recurrent side in d_recurrent (n's part times r). */
  float *d_gates, *d_recurrent;
  /** [B, H] by rank while running, and of the initial states by text at the end. */
  float *dh, *dc, *d_h0, *d_c0;
} Recurrent;

/** The token at `row`, whose products are done; the text's next token is at `next`, or there is none and it is `row` again. */
static void cell_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row, ptrdiff_t next);
/** The gradients of the pre-activations of a text's token at `step`, and what goes to the step before it but for the product. */
static void cell_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank);
#endif
