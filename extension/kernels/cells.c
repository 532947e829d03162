// One step of one text of an LSTM, GRU or RNN, forward and backward, without the products: gates and states of a row of units.
// What a row is, and its letters, see recurrent.c.
//   LSTM  i f g o = σ σ tanh σ (W_ih x + W_hh h + b)    c' = f c + i g    h' = o tanh c'
//   GRU   r z = σ (W_ih x + b_ih + W_hh h + b_hh)       n = tanh(W_in x + b_in + r (W_hn h + b_hn))    h' = (1 - z) n + z h
//   RNN   h' = tanh or relu (W_ih x + W_hh h + b)
#include "recurrent.h"
#include "vecmath.h"

/** The units of a row, a vector at a time: `units`(row, first unit, how many), which is a constant but at the end. */
#define EACH_VECTOR(units, row, H)                          \
  do {                                                      \
    ptrdiff_t unit = 0;                                     \
    for (; unit + W <= (H); unit += W) units(row, unit, W); \
    if (unit < (H)) units(row, unit, (H) - unit);           \
  } while (0)

/**
 * A text's rows of two steps lie far apart, where no processor looks ahead by itself: what the next step reads and writes of unit j and
 * those beside it is fetched into the second cache while this one computes, once a line of 16 floats.
 */
INLINE void expect(const float *row, ptrdiff_t j) {
  if (j % 16 == 0) __builtin_prefetch(row + j, 0, 2);
}

typedef struct {
  float *i, *f, *g, *o, *cell, *tanh_cell, *out, *h, *c;
  /** Floats from a row of H to that of the next step, and from one of `out`. */
  ptrdiff_t next, next_out;
} LstmRow;

INLINE void lstm_units(const LstmRow *r, ptrdiff_t j, ptrdiff_t n) {
  expect(r->i + 4 * r->next, j);
  expect(r->f + 4 * r->next, j);
  expect(r->g + 4 * r->next, j);
  expect(r->o + 4 * r->next, j);
  expect(r->cell + r->next, j);
  expect(r->tanh_cell + r->next, j);
  expect(r->out + r->next_out, j);
  vf iv = sigmoid_(load_upto(r->i + j, n)), fv = sigmoid_(load_upto(r->f + j, n));
  vf gv = tanh_(load_upto(r->g + j, n)), ov = sigmoid_(load_upto(r->o + j, n));
  vf cv = fma_(fv, load_upto(r->c + j, n), iv * gv), tv = tanh_(cv), hv = ov * tv;
  store_upto(r->i + j, iv, n);
  store_upto(r->f + j, fv, n);
  store_upto(r->g + j, gv, n);
  store_upto(r->o + j, ov, n);
  store_upto(r->c + j, cv, n);
  store_upto(r->cell + j, cv, n);
  store_upto(r->tanh_cell + j, tv, n);
  store_upto(r->h + j, hv, n);
  store_upto(r->out + j, hv, n);
}

static void lstm_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row, ptrdiff_t next) {
  const ptrdiff_t H = s->hidden;
  float *gates = s->gates + row * 4 * H;
  const LstmRow r = {.i = gates, .f = gates + H, .g = gates + 2 * H, .o = gates + 3 * H, .cell = s->cells + row * H,
                     .tanh_cell = s->tanh_cells + row * H, .out = s->out + row * s->out_stride, .h = s->h + rank * H,
                     .c = s->c + rank * H, .next = (next - row) * H, .next_out = (next - row) * s->out_stride};
  EACH_VECTOR(lstm_units, &r, H);
}

typedef struct {
  float *r, *z, *n, *hidden_n, *out, *h;
  const float *pr, *pz, *pn;
  ptrdiff_t next, next_out;
} GruRow;

INLINE void gru_units(const GruRow *s, ptrdiff_t j, ptrdiff_t left) {
  expect(s->r + 3 * s->next, j);
  expect(s->z + 3 * s->next, j);
  expect(s->n + 3 * s->next, j);
  expect(s->hidden_n + s->next, j);
  expect(s->out + s->next_out, j);
  vf rv = sigmoid_(load_upto(s->r + j, left) + load_upto(s->pr + j, left));
  vf zv = sigmoid_(load_upto(s->z + j, left) + load_upto(s->pz + j, left));
  vf hn = load_upto(s->pn + j, left);
  vf nv = tanh_(fma_(rv, hn, load_upto(s->n + j, left)));
  vf hv = fma_(zv, load_upto(s->h + j, left) - nv, nv);
  store_upto(s->r + j, rv, left);
  store_upto(s->z + j, zv, left);
  store_upto(s->n + j, nv, left);
  store_upto(s->hidden_n + j, hn, left);
  store_upto(s->h + j, hv, left);
  store_upto(s->out + j, hv, left);
}

static void gru_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row, ptrdiff_t next) {
  const ptrdiff_t H = s->hidden;
  float *gates = s->gates + row * 3 * H, *products = s->products + rank * 3 * H;
  const GruRow r = {.r = gates, .z = gates + H, .n = gates + 2 * H, .hidden_n = s->cells + row * H,
                    .out = s->out + row * s->out_stride, .h = s->h + rank * H, .pr = products, .pz = products + H,
                    .pn = products + 2 * H, .next = (next - row) * H, .next_out = (next - row) * s->out_stride};
  EACH_VECTOR(gru_units, &r, H);
}

typedef struct {
  int cell;
  float *gate, *out, *h;
  ptrdiff_t next, next_out;
} RnnRow;

INLINE void rnn_units(const RnnRow *r, ptrdiff_t j, ptrdiff_t n) {
  expect(r->gate + r->next, j);
  expect(r->out + r->next_out, j);
  vf x = load_upto(r->gate + j, n);
  vf hv = r->cell == CELL_TANH ? tanh_(x) : select_(x < 0.0f, splat(0), x);
  store_upto(r->gate + j, hv, n);
  store_upto(r->h + j, hv, n);
  store_upto(r->out + j, hv, n);
}

static void rnn_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row, ptrdiff_t next) {
  const ptrdiff_t H = s->hidden;
  const RnnRow r = {.cell = s->cell, .gate = s->gates + row * H, .out = s->out + row * s->out_stride, .h = s->h + rank * H,
                    .next = (next - row) * H, .next_out = (next - row) * s->out_stride};
  EACH_VECTOR(rnn_units, &r, H);
}

static void cell_row(const Recurrent *s, ptrdiff_t rank, ptrdiff_t row, ptrdiff_t next) {
  if (s->cell == CELL_LSTM) lstm_row(s, rank, row, next);
  else if (s->cell == CELL_GRU) gru_row(s, rank, row, next);
  else rnn_row(s, rank, row, next);
}

/** [H] of the state before `step`: the row of the token before, the initial state, or null for zero. */
INLINE const float *before(const Recurrent *s, const float *states, ptrdiff_t stride, const float *initial,
                           ptrdiff_t step, ptrdiff_t rank) {
  if (step > 0) return states + s->rows[s->starts[step - 1] + rank] * stride;
  return initial ? initial + s->order[rank] * s->hidden : 0;
}

// Back in time: all that a step leaves to the one before is `flushed` (vec.h), or the gradients of a long text become subnormal numbers.

/** Floats from what a step reads and writes to what the step before it does, whose turn is next; nothing where there is none. */
typedef struct {
  /** Of a row of H in token order, of d_out, of one gate's gradients in step order, and of the states before a step. */
  ptrdiff_t row, up, gradient, before;
} Back;

/** `stride`: floats of a row of the states before. */
static Back back_from(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank, ptrdiff_t stride) {
  if (step == 0) return (Back){};
  const ptrdiff_t at = s->starts[step] + rank, next = s->starts[step - 1] + rank, rows = s->rows[next] - s->rows[at];
  const ptrdiff_t before = step == 1 ? 0 : s->rows[s->starts[step - 2] + rank] - s->rows[next];
  return (Back){.row = rows * s->hidden, .up = rows * s->d_out_stride, .gradient = (next - at) * s->hidden,
                .before = before * stride};
}

//   do = dh tanh c'   dc += dh o (1 - tanh² c')   di = dc g   df = dc c   dg = dc i, each times the derivative of its activation
typedef struct {
  const float *i, *f, *g, *o, *tanh_cell, *c, *up;
  float *di, *df, *dg, *d_o, *dh, *dc;
  Back next;
} LstmBack;

INLINE void lstm_units_backward(const LstmBack *r, ptrdiff_t j, ptrdiff_t n) {
  const Back next = r->next;
  expect(r->i + 4 * next.row, j);
  expect(r->f + 4 * next.row, j);
  expect(r->g + 4 * next.row, j);
  expect(r->o + 4 * next.row, j);
  expect(r->tanh_cell + next.row, j);
  if (r->c) expect(r->c + next.before, j);
  expect(r->up + next.up, j);
  expect(r->di + 4 * next.gradient, j);
  expect(r->df + 4 * next.gradient, j);
  expect(r->dg + 4 * next.gradient, j);
  expect(r->d_o + 4 * next.gradient, j);
  vf iv = load_upto(r->i + j, n), fv = load_upto(r->f + j, n), gv = load_upto(r->g + j, n), ov = load_upto(r->o + j, n);
  vf tv = load_upto(r->tanh_cell + j, n), cv = r->c ? load_upto(r->c + j, n) : splat(0);
  vf dhv = load_upto(r->up + j, n) + load_upto(r->dh + j, n);
  vf dcv = load_upto(r->dc + j, n) + dhv * ov * (1.0f - tv * tv);
  store_upto(r->di + j, flushed(dcv * gv * iv * (1.0f - iv)), n);
  store_upto(r->df + j, flushed(dcv * cv * fv * (1.0f - fv)), n);
  store_upto(r->dg + j, flushed(dcv * iv * (1.0f - gv * gv)), n);
  store_upto(r->d_o + j, flushed(dhv * tv * ov * (1.0f - ov)), n);
  store_upto(r->dc + j, flushed(dcv * fv), n);
}

static void lstm_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const float *gates = s->gates + row * 4 * H;
  float *dz = s->d_gates + at * 4 * H;
  const LstmBack r = {.i = gates, .f = gates + H, .g = gates + 2 * H, .o = gates + 3 * H, .tanh_cell = s->tanh_cells + row * H,
                      .c = before(s, s->cells, H, s->c0, step, rank), .up = s->d_out + row * s->d_out_stride,
                      .di = dz, .df = dz + H, .dg = dz + 2 * H, .d_o = dz + 3 * H, .dh = s->dh + rank * H,
                      .dc = s->dc + rank * H, .next = back_from(s, step, rank, H)};
  EACH_VECTOR(lstm_units_backward, &r, H);
}

//   dn = dh (1 - z)(1 - n²)   dz = dh (h - n) z (1 - z)   dr = dn (W_hn h + b_hn) r (1 - r)   and dh z goes to the step before
typedef struct {
  const float *r, *z, *n, *hidden_n, *h, *up;
  /** Of the input's side, and of the recurrent one. */
  float *dx, *dr, *dh;
  ptrdiff_t hidden;
  Back next;
} GruBack;

INLINE void gru_units_backward(const GruBack *s, ptrdiff_t j, ptrdiff_t left) {
  const Back next = s->next;
  const ptrdiff_t H = s->hidden;
  expect(s->r + 3 * next.row, j);
  expect(s->z + 3 * next.row, j);
  expect(s->n + 3 * next.row, j);
  expect(s->hidden_n + next.row, j);
  if (s->h) expect(s->h + next.before, j);
  expect(s->up + next.up, j);
  for (int gate = 0; gate < 3; gate++) {
    expect(s->dx + 3 * next.gradient + gate * H, j);
    expect(s->dr + 3 * next.gradient + gate * H, j);
  }
  vf rv = load_upto(s->r + j, left), zv = load_upto(s->z + j, left), nv = load_upto(s->n + j, left);
  vf hv = s->h ? load_upto(s->h + j, left) : splat(0);
  vf dhv = load_upto(s->up + j, left) + load_upto(s->dh + j, left);
  vf dn = flushed(dhv * (1.0f - zv) * (1.0f - nv * nv));
  vf dz = flushed(dhv * (hv - nv) * zv * (1.0f - zv));
  vf dreset = flushed(dn * load_upto(s->hidden_n + j, left) * rv * (1.0f - rv));
  store_upto(s->dx + j, dreset, left);
  store_upto(s->dx + H + j, dz, left);
  store_upto(s->dx + 2 * H + j, dn, left);
  store_upto(s->dr + j, dreset, left);
  store_upto(s->dr + H + j, dz, left);
  store_upto(s->dr + 2 * H + j, flushed(dn * rv), left);
  store_upto(s->dh + j, flushed(dhv * zv), left);
}

static void gru_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const float *gates = s->gates + row * 3 * H;
  const GruBack r = {.r = gates, .z = gates + H, .n = gates + 2 * H, .hidden_n = s->cells + row * H,
                     .h = before(s, s->out, s->out_stride, s->h0, step, rank), .up = s->d_out + row * s->d_out_stride,
                     .dx = s->d_gates + at * 3 * H, .dr = s->d_recurrent + at * 3 * H, .dh = s->dh + rank * H, .hidden = H,
                     .next = back_from(s, step, rank, s->out_stride)};
  EACH_VECTOR(gru_units_backward, &r, H);
}

typedef struct {
  int cell;
  const float *h, *up, *dh;
  float *dz;
  Back next;
} RnnBack;

INLINE void rnn_units_backward(const RnnBack *r, ptrdiff_t j, ptrdiff_t n) {
  expect(r->h + r->next.row, j);
  expect(r->up + r->next.up, j);
  expect(r->dz + r->next.gradient, j);
  vf hv = load_upto(r->h + j, n), dhv = load_upto(r->up + j, n) + load_upto(r->dh + j, n);
  vf slope = r->cell == CELL_TANH ? 1.0f - hv * hv : select_(hv > 0.0f, splat(1.0f), splat(0));
  store_upto(r->dz + j, flushed(dhv * slope), n);
}

static void rnn_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  const ptrdiff_t H = s->hidden, at = s->starts[step] + rank, row = s->rows[at];
  const RnnBack r = {.cell = s->cell, .h = s->gates + row * H, .up = s->d_out + row * s->d_out_stride,
                     .dh = s->dh + rank * H, .dz = s->d_gates + at * H, .next = back_from(s, step, rank, 0)};
  EACH_VECTOR(rnn_units_backward, &r, H);
}

static void cell_row_backward(const Recurrent *s, ptrdiff_t step, ptrdiff_t rank) {
  if (s->cell == CELL_LSTM) lstm_row_backward(s, step, rank);
  else if (s->cell == CELL_GRU) gru_row_backward(s, step, rank);
  else rnn_row_backward(s, step, rank);
}
