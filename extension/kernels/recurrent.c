// LSTM, GRU and RNN over whole sequences of different lengths, as torch.nn.LSTM, GRU and RNN compute them; forward and backward.
// Letters: B texts, N tokens of all texts, T steps, H units, G gates (4, 3, 1). Texts are sorted by falling length, so that step t is
// the first active[t] of them ("ranks"); no work is done on padding. Matrices of tokens are in token order: row rows[starts[t] + rank].
// What enters: the gates already hold W_ih x + b (one product for all tokens). A chunk is a range of ranks of one direction: the chain
// of a text never meets that of another, so chunks and threads cannot change a bit.
//   LSTM  i f g o = σ σ tanh σ (W_ih x + W_hh h + b)    c' = f c + i g    h' = o tanh c'
//   GRU   r z = σ (W_ih x + b_ih + W_hh h + b_hh)       n = tanh(W_in x + b_in + r (W_hn h + b_hn))    h' = (1 - z) n + z h
//   RNN   h' = tanh or relu (W_ih x + W_hh h + b)
#include "gemm.h"
#include "vecmath.h"

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

static void lstm_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row) {
  const ptrdiff_t H = s->hidden;
  float *i = s->gates + row * 4 * H, *f = i + H, *g = f + H, *o = g + H;
  float *cell = s->cells + row * H, *tanh_cell = s->tanh_cells + row * H, *out = s->out + row * s->out_stride;
  float *h = s->h + rank * H, *c = s->c + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t n = H - j;
    vf iv = sigmoid_(load_upto(i + j, n)), fv = sigmoid_(load_upto(f + j, n));
    vf gv = tanh_(load_upto(g + j, n)), ov = sigmoid_(load_upto(o + j, n));
    vf cv = fma_(fv, load_upto(c + j, n), iv * gv), tv = tanh_(cv), hv = ov * tv;
    store_upto(i + j, iv, n);
    store_upto(f + j, fv, n);
    store_upto(g + j, gv, n);
    store_upto(o + j, ov, n);
    store_upto(c + j, cv, n);
    store_upto(cell + j, cv, n);
    store_upto(tanh_cell + j, tv, n);
    store_upto(h + j, hv, n);
    store_upto(out + j, hv, n);
  }
}

static void gru_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row) {
  const ptrdiff_t H = s->hidden;
  float *r = s->gates + row * 3 * H, *z = r + H, *n = z + H;
  const float *pr = s->products + rank * 3 * H, *pz = pr + H, *pn = pz + H;
  float *hidden_n = s->cells + row * H, *out = s->out + row * s->out_stride, *h = s->h + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t left = H - j;
    vf rv = sigmoid_(load_upto(r + j, left) + load_upto(pr + j, left));
    vf zv = sigmoid_(load_upto(z + j, left) + load_upto(pz + j, left));
    vf hn = load_upto(pn + j, left);
    vf nv = tanh_(fma_(rv, hn, load_upto(n + j, left)));
    vf hv = fma_(zv, load_upto(h + j, left) - nv, nv);
    store_upto(r + j, rv, left);
    store_upto(z + j, zv, left);
    store_upto(n + j, nv, left);
    store_upto(hidden_n + j, hn, left);
    store_upto(h + j, hv, left);
    store_upto(out + j, hv, left);
  }
}

static void rnn_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row) {
  const ptrdiff_t H = s->hidden;
  float *gate = s->gates + row * H, *out = s->out + row * s->out_stride, *h = s->h + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t n = H - j;
    vf x = load_upto(gate + j, n);
    vf hv = s->cell == CELL_TANH ? tanh_(x) : select_(x < 0.0f, splat(0), x);
    store_upto(gate + j, hv, n);
    store_upto(h + j, hv, n);
    store_upto(out + j, hv, n);
  }
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
      if (s->cell == CELL_LSTM) lstm_row(s, rank, row);
      else if (s->cell == CELL_GRU) gru_row(s, rank, row);
      else rnn_row(s, rank, row);
    }
  }
  save_state(s, s->h, s->h_last, from, to);
  if (s->cell == CELL_LSTM) save_state(s, s->c, s->c_last, from, to);
}

/** [H] of the state before `step`: the row of the token before, the initial state, or null for zero. */
INLINE const float *before(const Recurrent *s, const float *states, ptrdiff_t stride, const float *initial,
                           ptrdiff_t step, ptrdiff_t rank) {
  if (step > 0) return states + s->rows[s->starts[step - 1] + rank] * stride;
  return initial ? initial + s->order[rank] * s->hidden : 0;
}

// Back in time: all that a step leaves to the one before is `flushed` (vec.h), or the gradients of a long text become subnormal numbers.
//   do = dh tanh c'   dc += dh o (1 - tanh² c')   di = dc g   df = dc c   dg = dc i, each times the derivative of its activation
static void lstm_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const float *i = s->gates + row * 4 * H, *f = i + H, *g = f + H, *o = g + H;
  const float *tanh_cell = s->tanh_cells + row * H, *up = s->d_out + row * s->d_out_stride;
  const float *c = before(s, s->cells, H, s->c0, step, rank);
  float *dz = s->d_gates + at * 4 * H, *dh = s->dh + rank * H, *dc = s->dc + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t n = H - j;
    vf iv = load_upto(i + j, n), fv = load_upto(f + j, n), gv = load_upto(g + j, n), ov = load_upto(o + j, n);
    vf tv = load_upto(tanh_cell + j, n), cv = c ? load_upto(c + j, n) : splat(0);
    vf dhv = load_upto(up + j, n) + load_upto(dh + j, n);
    vf dcv = load_upto(dc + j, n) + dhv * ov * (1.0f - tv * tv);
    store_upto(dz + j, flushed(dcv * gv * iv * (1.0f - iv)), n);
    store_upto(dz + H + j, flushed(dcv * cv * fv * (1.0f - fv)), n);
    store_upto(dz + 2 * H + j, flushed(dcv * iv * (1.0f - gv * gv)), n);
    store_upto(dz + 3 * H + j, flushed(dhv * tv * ov * (1.0f - ov)), n);
    store_upto(dc + j, flushed(dcv * fv), n);
  }
}

//   dn = dh (1 - z)(1 - n²)   dz = dh (h - n) z (1 - z)   dr = dn (W_hn h + b_hn) r (1 - r)   and dh z goes to the step before
static void gru_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const float *r = s->gates + row * 3 * H, *z = r + H, *n = z + H;
  const float *hidden_n = s->cells + row * H, *up = s->d_out + row * s->d_out_stride;
  const float *h = before(s, s->out, s->out_stride, s->h0, step, rank);
  float *dx = s->d_gates + at * 3 * H, *dr = s->d_recurrent + at * 3 * H, *dh = s->dh + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t left = H - j;
    vf rv = load_upto(r + j, left), zv = load_upto(z + j, left), nv = load_upto(n + j, left);
    vf hv = h ? load_upto(h + j, left) : splat(0);
    vf dhv = load_upto(up + j, left) + load_upto(dh + j, left);
    vf dn = flushed(dhv * (1.0f - zv) * (1.0f - nv * nv));
    vf dz = flushed(dhv * (hv - nv) * zv * (1.0f - zv));
    vf dreset = flushed(dn * load_upto(hidden_n + j, left) * rv * (1.0f - rv));
    store_upto(dx + j, dreset, left);
    store_upto(dx + H + j, dz, left);
    store_upto(dx + 2 * H + j, dn, left);
    store_upto(dr + j, dreset, left);
    store_upto(dr + H + j, dz, left);
    store_upto(dr + 2 * H + j, flushed(dn * rv), left);
    store_upto(dh + j, flushed(dhv * zv), left);
  }
}

static void rnn_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const float *h = s->gates + row * H, *up = s->d_out + row * s->d_out_stride;
  float *dz = s->d_gates + at * H, *dh = s->dh + rank * H;
  for (ptrdiff_t j = 0; j < H; j += W) {
    const ptrdiff_t n = H - j;
    vf hv = load_upto(h + j, n), dhv = load_upto(up + j, n) + load_upto(dh + j, n);
    vf slope = s->cell == CELL_TANH ? 1.0f - hv * hv : select_(hv > 0.0f, splat(1.0f), splat(0));
    store_upto(dz + j, flushed(dhv * slope), n);
  }
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
    for (ptrdiff_t rank = from; rank < from + count; rank++) {
      if (s->cell == CELL_LSTM) lstm_row_backward(s, t, rank);
      else if (s->cell == CELL_GRU) gru_row_backward(s, t, rank);
      else rnn_row_backward(s, t, rank);
    }
    Gemm g = {.a = d_recurrent + (s->starts[t] + from) * width, .row_stride = width, .k_stride = 1,
              .panels = s->recurrent_panels, .c = s->dh + from * H, .ldc = H, .n = H, .k = width,
              .start = s->cell == CELL_GRU ? GEMM_ADD : GEMM_ZERO};
    gemm_rows(&g, 0, 0, count, scratch);
  }
  save_state(s, s->dh, s->d_h0, from, to);
  if (s->cell == CELL_LSTM) save_state(s, s->dc, s->d_c0, from, to);
}
