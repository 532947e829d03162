// The one door to all kernels. A piece of work is an entry of four words in the shared memory: kernel, where its arguments lie, and
// from … to, what of it to do (rows, ranks, texts, blocks: see each case). Pieces of one job may run in any order on any thread.
// Every address is an offset in bytes from `base`; 0 is null. extension/engine/kernels/job.ts writes entries and arguments.
#include "vec.h"
#include "vecmath.h"
#include "gemm.c"
#include "cells.c"
#include "recurrent.c"
#include "embedding.c"
#include "pooling.c"
#include "dropout.c"
#include "loss.c"
#include "optimizers.c"
#include "elementwise.c"
#include "movement.c"
#include "reduce.c"
#include "layernorm.c"
#include "batchgemm.c"

#ifndef ENTRY
#define ENTRY gatescope_run
#endif

typedef union {
  uint32_t address;
  int32_t whole;
  float number;
} Word;

#define F(i) ((float *)(a[i].address ? base + a[i].address : 0))
#define I(i) ((int32_t *)(a[i].address ? base + a[i].address : 0))
#define N(i) ((ptrdiff_t)a[i].whole)
#define X(i) (a[i].number)

enum {
  K_PACK, K_GEMM, K_RECURRENT_FORWARD, K_RECURRENT_BACKWARD, K_GATHER_ROWS, K_EMBEDDING_SCATTER, K_POOL_FORWARD,
  K_POOL_BACKWARD, K_DROPOUT, K_SOFTMAX, K_CROSS_ENTROPY, K_OPTIMIZE, K_OPTIMIZE_ROWS, K_SUM_OF_SQUARES, K_COLUMN_SUMS,
  K_ADD, K_MULTIPLY, K_UNARY, K_PEAK, K_BINARY, K_COPY, K_REDUCE, K_LAYER_NORM, K_LAYER_NORM_BACKWARD, K_LAYER_NORM_COLUMNS,
  K_LOG_SOFTMAX, K_BATCH_PACK, K_BATCH_GEMM
};

static Recurrent recurrent_of(char *base, const Word *a) {
  return (Recurrent){
      .cell = a[0].whole, .hidden = N(1), .steps = N(2), .gate_count = N(3),
      .active = I(4), .starts = I(5), .rows = I(6), .order = I(7),
      .gates = F(8), .cells = F(9), .tanh_cells = F(10),
      .out = F(11), .out_stride = N(12), .recurrent_panels = F(13), .bias_hh = F(14),
      .h = F(15), .c = F(16), .products = F(17), .h0 = F(18), .c0 = F(19), .h_last = F(20), .c_last = F(21),
      .d_out = F(22), .d_out_stride = N(23), .d_gates = F(24), .d_recurrent = F(25),
      .dh = F(26), .dc = F(27), .d_h0 = F(28), .d_c0 = F(29)};
}

static Optimizer optimizer_of(char *base, const Word *a) {
  return (Optimizer){.kind = a[0].whole, .is_nesterov = a[1].whole, .is_first = a[2].whole, .is_centered = a[3].whole,
                     .gradient_scale = X(4), .limit = X(5), .rate = X(6), .decay = X(7), .epsilon = X(8),
                     .beta1 = X(9), .beta2 = X(10), .rest1 = X(11), .rest2 = X(12), .square_scale = X(13), .kept = X(14),
                     .values = F(15), .first = F(16), .second = F(17), .third = F(18), .gradient = F(19), .n = N(20)};
}

/** Outer dimensions from argument `at` on: their number, sizes, strides of both arrays. */
static Outer outer_of(const Word *a, int at) {
  Outer outer = {.rank = a[at].whole};
  for (int d = 0; d < outer.rank; d++) {
    outer.dims[d] = a[at + 1 + d].whole;
    outer.first[d] = a[at + 1 + OUTER + d].whole;
    outer.second[d] = a[at + 1 + 2 * OUTER + d].whole;
  }
  return outer;
}

static LayerNorm layer_norm_of(char *base, const Word *a) {
  return (LayerNorm){.x = F(0), .gamma = F(1), .beta = F(2), .width = N(3), .epsilon = X(4), .y = F(5), .means = F(6),
                     .scales = F(7), .d_y = F(8), .d_x = F(9), .d_gamma = F(10), .d_beta = F(11)};
}

/** A loop of nothing but multiply-adds in registers: the roofline. 24 W floating-point operations a round. */
static void peak(float *out, ptrdiff_t rounds) {
  vf x[12];
  for (int i = 0; i < 12; i++) x[i] = splat(0.001f * (float)i);
  for (ptrdiff_t round = 0; round < rounds; round++)
    for (int i = 0; i < 12; i++) x[i] = fma_(x[i], splat(0.999f), splat(0.0001f));
  for (int i = 1; i < 12; i++) x[0] += x[i];
  *out = x[0][0];
}

__attribute__((visibility("default"))) void ENTRY(char *base, uint32_t entry, uint32_t scratch_at) {
  const uint32_t *e = (const uint32_t *)(base + entry);
  const Word *a = (const Word *)(base + e[1]);
  const ptrdiff_t from = (int32_t)e[2], to = (int32_t)e[3];
  float *scratch = (float *)(base + scratch_at);
  switch (e[0]) {
    case K_PACK: // panels
      for (ptrdiff_t p = from; p < to; p++) pack_panel(F(0), F(1), F(2), p, N(3), N(4), N(5), N(6), I(7));
      break;
    case K_GEMM: { // rows
      Gemm g = {.a = F(0), .row_stride = N(1), .k_stride = N(2), .panels = F(3), .bias = F(4), .bias2 = F(5), .c = F(6),
                .ldc = N(7), .rows = I(8), .n = N(9), .k = N(10), .start = a[11].whole, .activation = a[12].whole};
      Twin twin = {.panels = F(13), .c = F(14), .n = N(15)};
      gemm_rows(&g, twin.n > 0 ? &twin : 0, from, to, scratch);
      break;
    }
    case K_RECURRENT_FORWARD: { // ranks
      Recurrent r = recurrent_of(base, a);
      recurrent_forward(&r, from, to, scratch);
      break;
    }
    case K_RECURRENT_BACKWARD: { // ranks
      Recurrent r = recurrent_of(base, a);
      recurrent_backward(&r, from, to, scratch);
      break;
    }
    case K_GATHER_ROWS: { // rows of the result
      Gather g = {.tables = F(0), .ids = I(1), .out = F(2), .size = N(3), .count = N(4), .rows = N(5), .shared = N(6)};
      gather_rows(&g, from, to);
      break;
    }
    case K_EMBEDDING_SCATTER: // columns
      embedding_scatter(F(0), I(1), F(2), N(3), N(4), N(5), from, to);
      break;
    case K_POOL_FORWARD:
    case K_POOL_BACKWARD: { // texts
      Pooling p = {.kind = a[0].whole, .width = N(1), .hidden = N(2), .offsets = I(3), .lengths = I(4), .tokens = F(5),
                   .pooled = F(6), .sources = I(7)};
      for (ptrdiff_t text = from; text < to; text++)
        if (e[0] == K_POOL_FORWARD) pool_forward(&p, text);
        else pool_backward(&p, text);
      break;
    }
    case K_DROPOUT: { // blocks of 4 elements
      Dropout d = {.x = F(0), .out = F(1), .mask = F(2), .n = N(3), .seed = a[4].address, .purpose = a[5].address,
                   .step = a[6].address, .lane = a[7].address, .threshold = a[8].address, .kept = X(9)};
      dropout_blocks(&d, from, to - from);
      break;
    }
    case K_SOFTMAX: // rows
      for (ptrdiff_t row = from; row < to; row++) softmax_row(F(0) + row * N(2), F(1) + row * N(2), N(2));
      break;
    case K_CROSS_ENTROPY: { // rows
      CrossEntropy c = {.logits = F(0), .labels = I(1), .weights = F(2), .classes = N(3), .smoothing = X(4), .spread = X(5),
                        .all_weights = X(6), .scale = X(7), .losses = F(8), .gradient = F(9)};
      for (ptrdiff_t row = from; row < to; row++) cross_entropy_row(&c, row);
      break;
    }
    case K_OPTIMIZE: { // blocks of OPT_BLOCK elements
      Optimizer o = optimizer_of(base, a);
      const ptrdiff_t first = from * OPT_BLOCK;
      optimize(&o, o.gradient + first, first, least(o.n, to * OPT_BLOCK));
      break;
    }
    case K_OPTIMIZE_ROWS: { // rows
      Optimizer o = optimizer_of(base, a);
      optimize_rows(&o, I(21), N(22), a[23].whole, from, to);
      break;
    }
    case K_SUM_OF_SQUARES: // blocks of OPT_BLOCK elements, a sum each
      for (ptrdiff_t block = from; block < to; block++)
        F(1)[block] = sum_of_squares(F(0) + block * OPT_BLOCK, least(OPT_BLOCK, N(2) - block * OPT_BLOCK));
      break;
    case K_COLUMN_SUMS: // columns
      column_sums(F(0), F(1), N(2), N(3), from, to);
      if (F(4)) copy_floats(F(4) + from, F(1) + from, to - from);
      break;
    case K_ADD: // elements
      add_floats(F(0), F(1), from, to);
      break;
    case K_MULTIPLY: // elements
      multiply_floats(F(0), F(1), F(2), from, to);
      break;
    case K_UNARY: // elements
      unary_floats(a[0].whole, F(1), F(2), X(3), from, to);
      break;
    case K_PEAK: // one
      peak(F(0), N(1));
      break;
    case K_BINARY: { // rows, or elements of the only one
      Binary s = {.function = a[0].whole, .a = F(1), .b = F(2), .out = F(3), .inner = N(4), .a_step = N(5), .b_step = N(6),
                  .outer = outer_of(a, 7)};
      binary_floats(&s, from, to);
      break;
    }
    case K_COPY: { // outer places
      Copy c = {.x = F(0), .out = F(1), .m = N(2), .n = N(3), .x_m = N(4), .x_n = N(5), .out_m = N(6), .out_n = N(7),
                .outer = outer_of(a, 8)};
      copy_strided(&c, from, to);
      break;
    }
    case K_REDUCE: { // outer places, or blocks of their columns
      Reduction r = {.kind = a[0].whole, .x = F(1), .out = F(2), .count = N(3), .inner = N(4)};
      reduce(&r, from, to);
      break;
    }
    case K_LAYER_NORM:
    case K_LAYER_NORM_BACKWARD: { // rows
      LayerNorm l = layer_norm_of(base, a);
      for (ptrdiff_t row = from; row < to; row++)
        if (e[0] == K_LAYER_NORM) layer_norm_row(&l, row);
        else layer_norm_row_backward(&l, row);
      break;
    }
    case K_LAYER_NORM_COLUMNS: { // columns
      LayerNorm l = layer_norm_of(base, a);
      layer_norm_columns_backward(&l, N(12), from, to);
      break;
    }
    case K_LOG_SOFTMAX: // rows
      for (ptrdiff_t row = from; row < to; row++) log_softmax_row(F(0) + row * N(2), F(1) + row * N(2), N(2));
      break;
    case K_BATCH_PACK: // panels of all batches
      batch_pack(F(0), F(1), N(2), N(3), N(4), N(5), N(6), from, to);
      break;
    case K_BATCH_GEMM: { // blocks of rows of all batches
      Gemm g = {.a = F(0), .row_stride = N(1), .k_stride = N(2), .panels = F(3), .bias = F(4), .c = F(5), .ldc = N(6),
                .n = N(6), .k = N(7), .start = a[8].whole, .activation = a[9].whole};
      batch_gemm(&g, N(10), N(11), N(12), N(13), from, to, scratch);
      break;
    }
  }
}
