// Layer normalisation over rows, as torch.nn.LayerNorm (Ba et al., 2016). Letters: N rows, D numbers a row; per row
//   μ = Σ x / D   σ² = Σ (x - μ)² / D   r = 1 / √(σ² + ε)   x̂ = (x - μ) r   y = γ x̂ + β
//   g = γ dy   dx = r (g - (Σ g + x̂ Σ g x̂) / D)   dγ = Σ_rows dy x̂   dβ = Σ_rows dy
#include "vec.h"

typedef struct {
  const float *x, *gamma, *beta;
  ptrdiff_t width;
  float epsilon;
  /** [N, D]; [N] each for the way back. */
  float *y, *means, *scales;
  const float *d_y;
  float *d_x, *d_gamma, *d_beta;
} LayerNorm;

static void layer_norm_row(const LayerNorm *l, ptrdiff_t row) {
  const ptrdiff_t D = l->width;
  const float *x = l->x + row * D;
  float *y = l->y + row * D;
  vf sums[LANE_VECTORS] = {}, squares[LANE_VECTORS] = {};
  for (ptrdiff_t j = 0; j < D; j += LANES)
    for (int v = 0; v < LANE_VECTORS && j + v * W < D; v++) sums[v] += load_upto(x + j + v * W, D - j - v * W);
  const float mean = lanes_sum(sums) / (float)D;
  for (ptrdiff_t j = 0; j < D; j += LANES)
    for (int v = 0; v < LANE_VECTORS && j + v * W < D; v++) {
      const ptrdiff_t at = j + v * W, left = D - at;
      vf d = load_upto(x + at, left) - mean;
      // Lanes beyond the row would count as -μ: they are left out.
      if (left < W) {
        store_part(y + at, d, left);
        d = load_part(y + at, left);
      }
      squares[v] = fma_(d, d, squares[v]);
    }
  const float scale = 1.0f / sqrt_(splat(lanes_sum(squares) / (float)D + l->epsilon))[0];
  l->means[row] = mean;
  l->scales[row] = scale;
  for (ptrdiff_t j = 0; j < D; j += W) {
    vf normal = (load_upto(x + j, D - j) - mean) * scale;
    store_upto(y + j, fma_(normal, load_upto(l->gamma + j, D - j), load_upto(l->beta + j, D - j)), D - j);
  }
}

static void layer_norm_row_backward(const LayerNorm *l, ptrdiff_t row) {
  const ptrdiff_t D = l->width;
  const float *x = l->x + row * D, *d_y = l->d_y + row * D, mean = l->means[row], scale = l->scales[row];
  vf sums[LANE_VECTORS] = {}, products[LANE_VECTORS] = {};
  for (ptrdiff_t j = 0; j < D; j += LANES)
    for (int v = 0; v < LANE_VECTORS && j + v * W < D; v++) {
      const ptrdiff_t at = j + v * W, left = D - at;
      vf g = load_upto(d_y + at, left) * load_upto(l->gamma + at, left);
      sums[v] += g;
      vf normal = (load_upto(x + at, left) - mean) * scale;
      // Beyond the row g is zero, and normal may be infinite: the product would not be a number.
      if (left < W) for (ptrdiff_t i = left; i < W; i++) normal[i] = 0;
      products[v] = fma_(g, normal, products[v]);
    }
  const float sum = lanes_sum(sums) / (float)D, product = lanes_sum(products) / (float)D;
  for (ptrdiff_t j = 0; j < D; j += W) {
    vf g = load_upto(d_y + j, D - j) * load_upto(l->gamma + j, D - j);
    vf normal = (load_upto(x + j, D - j) - mean) * scale;
    store_upto(l->d_x + row * D + j, (g - fma_(normal, splat(product), splat(sum))) * scale, D - j);
  }
}

/** dγ and dβ of columns from … to, in blocks of 64 rows whose sums are then added in order. */
static void layer_norm_columns_backward(const LayerNorm *l, ptrdiff_t rows, ptrdiff_t from, ptrdiff_t to) {
  const ptrdiff_t D = l->width;
  for (ptrdiff_t j = from; j < to; j += W) {
    const ptrdiff_t n = to - j;
    vf gamma = splat(0), beta = splat(0);
    for (ptrdiff_t first = 0; first < rows; first += 64) {
      vf gamma_block = splat(0), beta_block = splat(0);
      for (ptrdiff_t row = first; row < least(rows, first + 64); row++) {
        vf up = load_upto(l->d_y + row * D + j, n);
        vf normal = (load_upto(l->x + row * D + j, n) - l->means[row]) * l->scales[row];
        gamma_block = fma_(up, normal, gamma_block);
        beta_block += up;
      }
      gamma += gamma_block;
      beta += beta_block;
    }
    store_upto(l->d_gamma + j, gamma, n);
    store_upto(l->d_beta + j, beta, n);
  }
}
