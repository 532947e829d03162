// Functions of one array, and of two with broadcasting. Elements are on their own: no order, no sum.
#include "strided.h"
#include "vecmath.h"

/** The larger as IEEE 754's maximum and JavaScript's Math.max: not a number where either is not, and 0 above -0. */
#if defined(__wasm__)
// One instruction; and with relaxed SIMD a comparison and a choice would become one that takes any operand where one is not a number.
INLINE vf maximum_(vf a, vf b) { return (vf)wasm_f32x4_max((v128_t)a, (v128_t)b); }
INLINE vf minimum_(vf a, vf b) { return (vf)wasm_f32x4_min((v128_t)a, (v128_t)b); }
#else
INLINE vf maximum_(vf a, vf b) {
  vf larger = select_(a > b, a, b);
  larger = select_(a == b, (vf)((vi)a & (vi)b), larger);
  return select_(a == a, larger, a);
}
INLINE vf minimum_(vf a, vf b) {
  vf smaller = select_(a < b, a, b);
  smaller = select_(a == b, (vf)((vi)a | (vi)b), smaller);
  return select_(a == a, smaller, a);
}
#endif

enum {
  UNARY_EXP, UNARY_SIGMOID, UNARY_TANH, UNARY_LOG, UNARY_ABS, UNARY_NEG, UNARY_RECIPROCAL, UNARY_RELU, UNARY_RSQRT, UNARY_SQRT,
  UNARY_SQUARE, UNARY_STEP
};

INLINE vf unary_of(const int function, vf x, float alpha) {
  switch (function) {
    case UNARY_EXP: return exp_(x);
    case UNARY_SIGMOID: return sigmoid_(x);
    case UNARY_TANH: return tanh_(x);
    case UNARY_LOG: return log_(x);
    case UNARY_ABS: return abs_(x);
    case UNARY_NEG: return (vf)((vi)x ^ (int32_t)0x80000000);
    case UNARY_RECIPROCAL: return 1.0f / x;
    case UNARY_RELU: return maximum_(splat(0), x);
    case UNARY_RSQRT: return 1.0f / sqrt_(x);
    case UNARY_SQRT: return sqrt_(x);
    case UNARY_SQUARE: return x * x;
    // 1 above zero, else alpha.
    case UNARY_STEP: return select_(x == x, select_(x > 0.0f, splat(1), splat(alpha)), x);
  }
  return x;
}

#define UNARY_CASE(function)                                                                          \
  case function:                                                                                      \
    for (ptrdiff_t at = from; at < to; at += W)                                                       \
      store_upto(y + at, unary_of(function, load_upto(x + at, to - at), alpha), to - at);             \
    break;

/** y = f(x) for elements from … to. */
static void unary_floats(int function, const float *x, float *y, float alpha, ptrdiff_t from, ptrdiff_t to) {
  switch (function) {
    UNARY_CASE(UNARY_EXP)
    UNARY_CASE(UNARY_SIGMOID)
    UNARY_CASE(UNARY_TANH)
    UNARY_CASE(UNARY_LOG)
    UNARY_CASE(UNARY_ABS)
    UNARY_CASE(UNARY_NEG)
    UNARY_CASE(UNARY_RECIPROCAL)
    UNARY_CASE(UNARY_RELU)
    UNARY_CASE(UNARY_RSQRT)
    UNARY_CASE(UNARY_SQRT)
    UNARY_CASE(UNARY_SQUARE)
    UNARY_CASE(UNARY_STEP)
  }
}

enum { BINARY_ADD, BINARY_SUB, BINARY_MUL, BINARY_DIV, BINARY_MAXIMUM, BINARY_MINIMUM };

typedef struct {
  int function;
  const float *a, *b;
  float *out;
  /** Elements of a row, and whether a and b have one for each (1) or one for all of them (0). */
  ptrdiff_t inner, a_step, b_step;
  Outer outer;
} Binary;

INLINE vf binary_of(const int function, vf a, vf b) {
  switch (function) {
    case BINARY_ADD: return a + b;
    case BINARY_SUB: return a - b;
    case BINARY_MUL: return a * b;
    case BINARY_DIV: return a / b;
    case BINARY_MAXIMUM: return maximum_(a, b);
    case BINARY_MINIMUM: return minimum_(a, b);
  }
  return a;
}

/** n elements of a row. */
INLINE void binary_row_as(const int function, const Binary *s, const float *a, const float *b, float *out, ptrdiff_t n) {
  const vf first = splat(*a), second = splat(*b);
  if (s->a_step && s->b_step)
    for (ptrdiff_t j = 0; j < n; j += W)
      store_upto(out + j, binary_of(function, load_upto(a + j, n - j), load_upto(b + j, n - j)), n - j);
  else if (s->a_step)
    for (ptrdiff_t j = 0; j < n; j += W) store_upto(out + j, binary_of(function, load_upto(a + j, n - j), second), n - j);
  else
    for (ptrdiff_t j = 0; j < n; j += W) store_upto(out + j, binary_of(function, first, load_upto(b + j, n - j)), n - j);
}

NOINLINE void binary_row(const Binary *s, const float *a, const float *b, float *out, ptrdiff_t n) {
  switch (s->function) {
    case BINARY_ADD: binary_row_as(BINARY_ADD, s, a, b, out, n); break;
    case BINARY_SUB: binary_row_as(BINARY_SUB, s, a, b, out, n); break;
    case BINARY_MUL: binary_row_as(BINARY_MUL, s, a, b, out, n); break;
    case BINARY_DIV: binary_row_as(BINARY_DIV, s, a, b, out, n); break;
    case BINARY_MAXIMUM: binary_row_as(BINARY_MAXIMUM, s, a, b, out, n); break;
    case BINARY_MINIMUM: binary_row_as(BINARY_MINIMUM, s, a, b, out, n); break;
  }
}

/** Rows from … to; where there is only one (no outer dimensions), its elements from … to. */
static void binary_floats(const Binary *s, ptrdiff_t from, ptrdiff_t to) {
  if (s->outer.rank == 0) {
    binary_row(s, s->a + from * s->a_step, s->b + from * s->b_step, s->out + from, to - from);
    return;
  }
  Walk w = walk_from(&s->outer, from);
  for (ptrdiff_t row = from; row < to; row++, walk_on(&w))
    binary_row(s, s->a + w.first, s->b + w.second, s->out + row * s->inner, s->inner);
}
