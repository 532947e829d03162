// Softmax and its logarithm over rows, and cross-entropy on it with class weights and label smoothing, as torch.nn.CrossEntropyLoss.
// Letters: B rows, C classes, y the class of a row, w the class weights, ε the smoothing, S = Σ_rows w_y:
//   loss = Σ_rows [ (1 - ε) w_y (-ln p_y) + ε/C Σ_c w_c (-ln p_c) ] / S
#include "vec.h"
#include "vecmath.h"

typedef struct {
  const float *logits;
  const int32_t *labels;
  /** [C], or null for ones. */
  const float *weights;
  ptrdiff_t classes;
  /** ε, ε/C, Σ_c w_c and 1/S. */
  float smoothing, spread, all_weights, scale;
  /** [B] of the sum over rows above, and d loss / d logits [B, C]. */
  float *losses, *gradient;
} CrossEntropy;

static float row_max(const float *x, ptrdiff_t n) {
  vf best = splat(-__builtin_inff());
  for (ptrdiff_t j = 0; j + W <= n; j += W) best = max_(best, load(x + j));
  float largest = -__builtin_inff();
  for (int i = 0; i < W; i++) largest = best[i] > largest ? best[i] : largest;
  for (ptrdiff_t j = n - n % W; j < n; j++) largest = x[j] > largest ? x[j] : largest;
  return largest;
}

/** out = e^(x - largest); Σ out over the virtual lanes. */
static float row_exp(const float *x, float *out, ptrdiff_t n, float largest) {
  vf lanes[LANE_VECTORS] = {};
  for (ptrdiff_t j = 0; j < n; j += LANES)
    for (int v = 0; v < LANE_VECTORS; v++) {
      const ptrdiff_t at = j + v * W, left = n - at;
      if (left <= 0) break;
      vf e = exp_(load_upto(x + at, left) - largest);
      store_upto(out + at, e, left);
      lanes[v] += left >= W ? e : load_part(out + at, left);
    }
  return lanes_sum(lanes);
}

static void softmax_row(const float *x, float *out, ptrdiff_t n) {
  float sum = row_exp(x, out, n, row_max(x, n));
  for (ptrdiff_t j = 0; j < n; j += W) store_upto(out + j, load_upto(out + j, n - j) / sum, n - j);
}

/** out = x - ln Σ e^x; out may not be x. */
static void log_softmax_row(const float *x, float *out, ptrdiff_t n) {
  const float largest = row_max(x, n), total = SCALAR(log_, row_exp(x, out, n, largest));
  for (ptrdiff_t j = 0; j < n; j += W) store_upto(out + j, load_upto(x + j, n - j) - largest - total, n - j);
}

/** Σ_c w_c (total - x_c) in the order of the classes. */
static float smoothed(const CrossEntropy *c, const float *x, float total) {
  float sum = 0;
  for (ptrdiff_t k = 0; k < c->classes; k++) sum += (c->weights ? c->weights[k] : 1.0f) * (total - x[k]);
  return sum;
}

static void cross_entropy_row(const CrossEntropy *c, ptrdiff_t row) {
  const ptrdiff_t n = c->classes, label = c->labels[row];
  const float *x = c->logits + row * n;
  float *gradient = c->gradient + row * n;
  const float largest = row_max(x, n), sum = row_exp(x, gradient, n, largest);
  const float total = largest + SCALAR(log_, sum);
  const float own = (1.0f - c->smoothing) * (c->weights ? c->weights[label] : 1.0f);
  float loss = own * (total - x[label]);
  if (c->spread > 0) loss += c->spread * smoothed(c, x, total);
  c->losses[row] = loss;
  const float mass = (own + c->spread * c->all_weights) / sum;
  for (ptrdiff_t j = 0; j < n; j += W) {
    vf p = load_upto(gradient + j, n - j) * mass;
    if (c->spread > 0) p -= c->weights ? c->spread * load_upto(c->weights + j, n - j) : splat(c->spread);
    store_upto(gradient + j, p * c->scale, n - j);
  }
  gradient[label] -= own * c->scale;
}
