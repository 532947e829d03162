// LSTM, GRU and RNN over whole sequences of different lengths, as torch.nn.LSTM, GRU and RNN compute them; forward and backward.
// Letters: B texts, N tokens of all texts, T steps, H units, G gates (4, 3, 1). Texts are sorted by falling length, so that step t is
// the first active[t] of them ("ranks"); no work is done on padding. Matrices of tokens are in token order: row rows[starts[t] + rank].
// What enters: the gates already hold W_ih x + b (one product for all tokens). A chunk is a range of ranks of one direction: the chain
// of a text never meets that of another, so chunks and threads cannot change a bit.
#include "recurrent.h"
#include "gemm.h"

INLINE ptrdiff_t active_in(const Recurrent *s, ptrdiff_t t, ptrdiff_t from, ptrdiff_t to) {
  return most(0, least(s->active[t], to) - from);
}

static void load_state(const Recurrent *s, float *state, const float *initial, ptrdiff_t from, ptrdiff_t to) {
  for (ptrdiff_t rank = from; rank < to; rank++) {
    if (initial) copy_floats(state + rank * s->hidden, initial + s->order[rank] * s->hidden, s->hidden);
    else zero_floats(state + rank * s->hidden, s->hidden);
  }
}

static void save_state(const Recurrent *s, const float *state, float *last, ptrdiff_t from, ptrdiff_t to) {
  if (!last) return;
  for (ptrdiff_t rank = from; rank < to; rank++)
    copy_floats(last + s->order[rank] * s->hidden, state + rank * s->hidden, s->hidden);
}

/** W_hh h of the ranks of a step: added to their gates, or for the GRU, whose reset gate needs it alone, beside them. */
static void recurrent_product(const Recurrent *s, ptrdiff_t start, ptrdiff_t from, ptrdiff_t count, float *scratch) {
  const ptrdiff_t width = s->gate_count * s->hidden;
  Gemm g = {.a = s->h + from * s->hidden, .row_stride = s->hidden, .k_stride = 1, .panels = s->recurrent_panels,
            .n = width, .k = s->hidden, .ldc = width};
  if (s->cell == CELL_GRU) {
    g.c = s->products + from * width;
    g.bias = s->bias_hh;
    g.start = GEMM_BIAS;
  } else {
    g.c = s->gates;
    g.rows = s->rows + start + from;
    g.start = GEMM_ADD;
  }
  gemm_rows(&g, 0, 0, count, scratch);
}

/** All steps of the texts of ranks from … to. */
static void recurrent_forward(const Recurrent *s, ptrdiff_t from, ptrdiff_t to, float *scratch) {
  load_state(s, s->h, s->h0, from, to);
  if (s->cell == CELL_LSTM) load_state(s, s->c, s->c0, from, to);
  for (ptrdiff_t t = 0; t < s->steps; t++) {
    const ptrdiff_t start = s->starts[t], count = active_in(s, t, from, to);
    if (count == 0) break;
    recurrent_product(s, start, from, count, scratch);
    for (ptrdiff_t rank = from; rank < from + count; rank++) {
      const ptrdiff_t row = s->rows[start + rank];
      const ptrdiff_t next = t + 1 < s->steps && rank < s->active[t + 1] ? s->rows[s->starts[t + 1] + rank] : row;
      cell_row(s, rank, row, next);
    }
  }
  save_state(s, s->h, s->h_last, from, to);
  if (s->cell == CELL_LSTM) save_state(s, s->c, s->c_last, from, to);
}

/** All steps of the texts of ranks from … to, from last to first. recurrent_panels are those of W_hh as [G·H, H]. */
static void recurrent_backward(const Recurrent *s, ptrdiff_t from, ptrdiff_t to, float *scratch) {
  const ptrdiff_t H = s->hidden, width = s->gate_count * H;
  const float *d_recurrent = s->cell == CELL_GRU ? s->d_recurrent : s->d_gates;
  load_state(s, s->dh, 0, from, to);
  if (s->cell == CELL_LSTM) load_state(s, s->dc, 0, from, to);
  for (ptrdiff_t t = s->steps - 1; t >= 0; t--) {
    const ptrdiff_t count = active_in(s, t, from, to);
    if (count == 0) continue;
    for (ptrdiff_t rank = from; rank < from + count; rank++) cell_row_backward(s, t, rank);
    Gemm g = {.a = d_recurrent + (s->starts[t] + from) * width, .row_stride = width, .k_stride = 1,
              .panels = s->recurrent_panels, .c = s->dh + from * H, .ldc = H, .n = H, .k = width,
              .start = s->cell == CELL_GRU ? GEMM_ADD : GEMM_ZERO};
    gemm_rows(&g, 0, 0, count, scratch);
  }
  save_state(s, s->dh, s->d_h0, from, to);
  if (s->cell == CELL_LSTM) save_state(s, s->dc, s->d_c0, from, to);
}
