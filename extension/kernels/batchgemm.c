// Many products of the same shape: the work of gemm.c, in units that a job can share whether the matrices are few or many.
#include "gemm.h"

/** Panels from … to of all batches, those of a batch after each other; `size` floats from one B to the next. */
static void batch_pack(const float *source, float *panels, ptrdiff_t size, ptrdiff_t n, ptrdiff_t k, ptrdiff_t k_stride,
                       ptrdiff_t n_stride, ptrdiff_t from, ptrdiff_t to) {
  const ptrdiff_t count = (n + NR - 1) / NR;
  for (ptrdiff_t unit = from; unit < to; unit++)
    pack_panel(source + unit / count * size, 0, panels + unit / count * (count * NR * k), unit % count, n, k, k_stride, n_stride, 0);
}

/** Units from … to: blocks of `block` rows of all batches. The sizes are floats from batch to batch: 0 where all share one matrix. */
static void batch_gemm(const Gemm *g, ptrdiff_t m, ptrdiff_t block, ptrdiff_t a_size, ptrdiff_t panels_size, ptrdiff_t from,
                       ptrdiff_t to, float *scratch) {
  const ptrdiff_t blocks = (m + block - 1) / block;
  for (ptrdiff_t unit = from; unit < to; unit++) {
    const ptrdiff_t batch = unit / blocks, first = unit % blocks * block;
    Gemm one = *g;
    one.a += batch * a_size;
    one.panels += batch * panels_size;
    one.c += batch * m * g->ldc;
    gemm_rows(&one, 0, first, least(m, first + block), scratch);
  }
}
