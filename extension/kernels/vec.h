// Vectors of W floats, the same code for every instruction set: W is 4 (WebAssembly, NEON), 8 (AVX2) or 16 (AVX-512).
// The rule of bits: the result of an element never depends on W. Element-wise code follows it by itself, because nothing is contracted
// (-ffp-contract=off) and every multiply-add is written as fma_; sums over a row go through LANES virtual lanes (see row_sum).
#ifndef GATESCOPE_VEC_H
#define GATESCOPE_VEC_H
#include <stddef.h>
#include <stdint.h>

#ifndef W
#error "Compile with -DW=4, 8 or 16: floats in a vector"
#endif

typedef float vf __attribute__((vector_size(W * 4), aligned(4)));
typedef int32_t vi __attribute__((vector_size(W * 4), aligned(4)));
typedef uint32_t vu __attribute__((vector_size(W * 4), aligned(4)));

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

// (Not `(vf){} + x`, which is an addition that turns -0 into 0.)
INLINE vf splat(float x) {
  vf r;
  for (int i = 0; i < W; i++) r[i] = x;
  return r;
}
INLINE vf load(const float *p) { return *(const vf *)p; }
INLINE void store(float *p, vf x) { *(vf *)p = x; }
INLINE vf select_(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

#if defined(__wasm_relaxed_simd__)
#include <wasm_simd128.h>
INLINE vf fma_(vf a, vf b, vf c) { return (vf)__builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#elif defined(__wasm__)
#include <wasm_simd128.h>
// Plain WebAssembly has no fused multiply-add: close to the other carriers, not equal.
INLINE vf fma_(vf a, vf b, vf c) { return a * b + c; }
#else
INLINE vf fma_(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#endif

#if defined(__wasm__)
INLINE vf round_even(vf x) { return (vf)wasm_f32x4_nearest((v128_t)x); }
INLINE vf sqrt_(vf x) { return (vf)wasm_f32x4_sqrt((v128_t)x); }
#else
INLINE vf round_even(vf x) { return __builtin_elementwise_roundeven(x); }
INLINE vf sqrt_(vf x) { return __builtin_elementwise_sqrt(x); }
#endif
INLINE vf abs_(vf x) { return (vf)((vi)x & 0x7fffffff); }
/** The larger; b where either is not a number. */
#if defined(__wasm__)
INLINE vf max_(vf a, vf b) { return (vf)wasm_f32x4_pmax((v128_t)b, (v128_t)a); }
INLINE vf min_(vf a, vf b) { return (vf)wasm_f32x4_pmin((v128_t)b, (v128_t)a); }
#else
INLINE vf max_(vf a, vf b) { return select_(a > b, a, b); }
INLINE vf min_(vf a, vf b) { return select_(a < b, a, b); }
#endif

/**
 * What shrinks from step to step (gradients back through a long text, running means of a gradient that is zero by now) would end among
 * the subnormals, below 2^-126, and many stay there: 0.9 · 4 · 2^-149 rounds to itself. Processors handle those in microcode, tens of times
 * slower, and WebAssembly has no flag against it. So arithmetic makes zeros of them, the same on every carrier: of gradients and their
 * means below 2^-100, so that products with weights and activations above 2^-26 stay normal too. No float32 sum that has a term above
 * 2^-76 could hold such a number, and its square is zero in any case. Of means of squares, whose root counts, only subnormals.
 */
#define SMALLEST_GRADIENT 0x1p-100f
#define SMALLEST_SQUARE 0x1p-126f
INLINE vf zero_below(vf x, float smallest) { return (vf)((vi)x & (~(abs_(x) < smallest) | (int32_t)0x80000000)); }
/** x, or a zero of its sign where it is too small; infinities and NaN as they are. */
INLINE vf flushed(vf x) { return zero_below(x, SMALLEST_GRADIENT); }
INLINE vf flushed_square(vf x) { return zero_below(x, SMALLEST_SQUARE); }

/** The first n floats at p, 0 ≤ n < W, the rest zero. */
#if W == 16
#include <immintrin.h>
INLINE __mmask16 first_lanes(ptrdiff_t n) { return (__mmask16)((1u << n) - 1); }
// The assumption holds of any float; sanitizers see by it where it does not.
INLINE vf load_part(const float *p, ptrdiff_t n) {
  return (vf)_mm512_maskz_loadu_ps(first_lanes(n), __builtin_assume_aligned(p, sizeof(float)));
}
INLINE void store_part(float *p, vf x, ptrdiff_t n) {
  _mm512_mask_storeu_ps(__builtin_assume_aligned(p, sizeof(float)), first_lanes(n), (__m512)x);
}
#else
INLINE vf load_part(const float *p, ptrdiff_t n) {
  vf x = {};
  for (ptrdiff_t i = 0; i < n; i++) x[i] = p[i];
  return x;
}
INLINE void store_part(float *p, vf x, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) p[i] = x[i];
}
#endif
INLINE vf load_upto(const float *p, ptrdiff_t n) { return n >= W ? load(p) : load_part(p, n); }
INLINE void store_upto(float *p, vf x, ptrdiff_t n) {
  if (n >= W) store(p, x);
  else store_part(p, x, n);
}

/** Virtual lanes of a sum over a row, on every target: element i belongs to lane i % LANES. */
#define LANES 16
#define LANE_VECTORS (LANES / W)

/** Σ of the lanes in a fixed tree: halves are added until one is left. */
INLINE float lanes_sum(const vf *lanes) {
  float x[LANES];
  for (int i = 0; i < LANE_VECTORS; i++) store(x + i * W, lanes[i]);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) x[i] += x[i + half];
  return x[0];
}

INLINE void zero_floats(float *p, ptrdiff_t n) { __builtin_memset(p, 0, (size_t)n * 4); }
INLINE void copy_floats(float *to, const float *from, ptrdiff_t n) { __builtin_memcpy(to, from, (size_t)n * 4); }
INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
INLINE ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
#endif
