// C = A B (+ bias, + what is in C). Letters: M rows, N columns, K depth.
// The rule of bits: C[m, n] is one chain of fused multiply-adds over k = 0, 1, 2 … that starts from 0, bias[n] or C[m, n].
// Blocks, vectors and threads choose which elements are computed together, never the order of a sum.
// B is read in panels: panel p holds columns p·NR …, as [K, NR], zeros beyond N. A is read where it lies, by strides.
#ifndef GATESCOPE_GEMM_H
#define GATESCOPE_GEMM_H
#include "vec.h"

/** Rows and vectors of the register tile; A that lies as it was given also has tiles of up to MOST_ROWS. */
#if W == 16
#define MR 12
#define MOST_ROWS 14
#elif W == 8
#define MR 6
#define MOST_ROWS 6
#else
#define MR 4
#define MOST_ROWS 4
#endif
#define NV 2
#define NR (NV * W)
/** Depth of a block: a panel of it stays in the caches while the rows of a block pass by. */
#if W == 16
#define KC 512
#else
#define KC 256
#endif
/** Rows of a block; whole tiles of every MR. */
#define MC 72

/** Rows of a panel that are fetched ahead into the first cache: it holds no whole panel beside the rows of A. */
#define AHEAD 16

enum { GEMM_ZERO = 0, GEMM_ADD = 1, GEMM_BIAS = 2 };
enum { ACT_NONE = 0, ACT_RELU = 1, ACT_TANH = 2, ACT_SIGMOID = 3 };

typedef struct {
  /** A[m, k] = a[m · row_stride + k · k_stride]; one of the strides is 1. */
  const float *a;
  ptrdiff_t row_stride, k_stride;
  const float *panels;
  const float *bias, *bias2;
  /** C[m, n] = c[(rows ? rows[m] : m) · ldc + n] */
  float *c;
  ptrdiff_t ldc;
  const int32_t *rows;
  ptrdiff_t n, k;
  int start, activation;
} Gemm;

/** A second right side for the same A, which is then packed once: C2 = A B2, from zero. Without columns there is none. */
typedef struct {
  const float *panels;
  float *c;
  ptrdiff_t n;
} Twin;

/** Floats of scratch that gemm_rows needs. */
#define GEMM_SCRATCH (MC * KC)

/** Rows from … to of C, and of the twin's where there is one (null otherwise). */
static void gemm_rows(const Gemm *g, const Twin *twin, ptrdiff_t from, ptrdiff_t to, float *scratch);

/** Panel p of B[k, n] = source[(index ? index[k] : k) · k_stride + n · n_stride]. Index -1 is a row of zeros, index -2-b row b of `other`. */
static void pack_panel(const float *source, const float *other, float *panels, ptrdiff_t p, ptrdiff_t n, ptrdiff_t k,
                       ptrdiff_t k_stride, ptrdiff_t n_stride, const int32_t *index);
#endif
