// exp, sigmoid, tanh and log of vectors, at most 4 units in the last place off over all finite floats (test/unit/kernels sweeps them).
#ifndef GATESCOPE_VECMATH_H
#define GATESCOPE_VECMATH_H
#include "vec.h"

/** 2^n for whole -126 ≤ n ≤ 127. */
INLINE vf power_of_two(vi n) { return (vf)((n + 127) << 23); }

/** e^r where x = n ln 2 + r, with ln 2 in two parts (Cody and Waite); the polynomial of Cephes' expf. Gives n as well. */
INLINE vf exp_reduced(vf x, vf *whole) {
  vf n = round_even(x * 1.44269504f);
  vf r = fma_(n, splat(-0.693359375f), x);
  r = fma_(n, splat(2.12194440e-4f), r);
  vf y = splat(1.9875691500e-4f);
  y = fma_(y, r, splat(1.3981999507e-3f));
  y = fma_(y, r, splat(8.3334519073e-3f));
  y = fma_(y, r, splat(4.1665795894e-2f));
  y = fma_(y, r, splat(1.6666665459e-1f));
  y = fma_(y, r, splat(5.0000001201e-1f));
  y = fma_(r * r, y, r + 1.0f);
  *whole = n;
  return y;
}

/** y 2^n of whole n, rounded once, also where the result is subnormal. */
#if W == 16
INLINE vf scaled(vf y, vf n) { return (vf)_mm512_scalef_ps((__m512)y, (__m512)n); }
#else
INLINE vf scaled(vf y, vf n) {
  vi power = __builtin_convertvector(select_(n == n, n, splat(0)), vi);
  vi half = power >> 1;
  return y * power_of_two(half) * power_of_two(power - half);
}
#endif

/** e^x of x ≤ 89. (Of two operands max_ gives the second where one is not a number.) */
INLINE vf exp_upto_89(vf x) {
  vf n, y = exp_reduced(max_(splat(-104.0f), x), &n);
  return scaled(y, n);
}

/** e^x. */
INLINE vf exp_(vf x) { return exp_upto_89(min_(splat(89.0f), x)); }

/** e^x for -87 ≤ x ≤ 0 or anything below (which gives about 1e-38): the quick form inside gates. */
INLINE vf exp_negative(vf x) {
  vf bounded = max_(x, splat(-87.0f));
  vf n, y = exp_reduced(bounded, &n);
#if W == 16
  return scaled(y, n);
#else
  return y * power_of_two(__builtin_convertvector(n, vi));
#endif
}

/** 1 / (1 + e^-x), from e^-|x| so that neither end cancels or overflows. */
INLINE vf sigmoid_(vf x) {
  vf e = exp_upto_89(-abs_(x));
  return select_(x < 0.0f, e, splat(1.0f)) / (1.0f + e);
}

/** tanh x: a polynomial near zero (Cephes' tanhf), else 1 - 2 / (e^2|x| + 1) with the sign of x. */
INLINE vf tanh_(vf x) {
  vf a = abs_(x);
  vf s = x * x;
  vf p = splat(-5.70498872745e-3f);
  p = fma_(p, s, splat(2.06390887954e-2f));
  p = fma_(p, s, splat(-5.37397155531e-2f));
  p = fma_(p, s, splat(1.33314422036e-1f));
  p = fma_(p, s, splat(-3.33332819422e-1f));
  vf small = fma_(p * s, x, x);
  vf e = exp_negative(a * -2.0f);
  vf large = (1.0f - e) / (1.0f + e);
  vf result = select_(a < 0.625f, small, select_(x == x, large, x));
  return (vf)((vi)result | ((vi)x & (int32_t)0x80000000));
}

/** ln x as Cephes' logf; -inf at 0, not a number below. Subnormals are scaled first. */
INLINE vf log_(vf x) {
  vi tiny = x < 1.17549435e-38f;
  vf scaled = select_(tiny, x * 8388608.0f, x);
  vi bits = (vi)scaled;
  vi exponent = (bits >> 23) - 126;
  vf m = (vf)((bits & 0x007fffff) | 0x3f000000);
  vi low = m < 0.707106781f;
  vf e = __builtin_convertvector(exponent + low - (tiny & 23), vf);
  m = select_(low, m + m, m) - 1.0f;
  vf z = m * m;
  vf y = splat(7.0376836292e-2f);
  y = fma_(y, m, splat(-1.1514610310e-1f));
  y = fma_(y, m, splat(1.1676998740e-1f));
  y = fma_(y, m, splat(-1.2420140846e-1f));
  y = fma_(y, m, splat(1.4249322787e-1f));
  y = fma_(y, m, splat(-1.6668057665e-1f));
  y = fma_(y, m, splat(2.0000714765e-1f));
  y = fma_(y, m, splat(-2.4999993993e-1f));
  y = fma_(y, m, splat(3.3333331174e-1f));
  y = y * m * z;
  y = fma_(e, splat(-2.12194440e-4f), y);
  y = fma_(z, splat(-0.5f), y);
  vf result = fma_(e, splat(0.693359375f), m + y);
  result = select_(x == __builtin_inff(), x, result);
  result = select_(x == 0.0f, splat(-__builtin_inff()), result);
  vi isOutside = (x < 0.0f) | (x != x);
  return select_(isOutside, splat(__builtin_nanf("")), result);
}

/** One value through a vector function, for code that has single values. */
#define SCALAR(function, x) (function(splat(x))[0])
#endif
