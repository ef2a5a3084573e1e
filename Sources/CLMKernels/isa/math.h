// Elementary functions on vectors. Errors against a double-precision reference are asserted in the tests.

// p 2^n for whole n; below 2^-126 the result may be 0.
INLINE vf times_power(vf p, vf n) {
#if LANES == 16
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  vi tiny = n < splat(-126.0f);
  vi power = (__builtin_convertvector(max_(splat(-126.0f), min_(splat(127.0f), n)), vi) + 127) << 23;
  return (vf)(~tiny & (vi)(p * (vf)power));
#endif
}

// exp(x): x = n ln 2 + r, |r| <= ln 2 / 2, polynomial in r (Cephes expf).
// 2 ulp for -87.3 <= x <= 88.3; below that the result is 0, above it is clamped.
INLINE vf exp_(vf x) {
  vi tiny = x < splat(-87.33f);
  x = min_(splat(88.3f), max_(splat(-87.33f), x));
  vf n = __builtin_elementwise_roundeven(x * 1.44269504088896341f);
  vf r = fma_(n, splat(-0.693359375f), x);
  r = fma_(n, splat(2.12194440e-4f), r);
  vf p = splat(1.9875691500e-4f);
  p = fma_(p, r, splat(1.3981999507e-3f));
  p = fma_(p, r, splat(8.3334519073e-3f));
  p = fma_(p, r, splat(4.1665795894e-2f));
  p = fma_(p, r, splat(1.6666665459e-1f));
  p = fma_(p, r, splat(5.0000001201e-1f));
  p = fma_(p, r * r, r + 1.0f);
  return (vf)(~tiny & (vi)times_power(p, n));
}

// 2^x for x <= 0, of softmax: x = n + r, |r| <= 1/2, minimax polynomial in r, exactly 1 at 0. Relative error
// below 2e-7 down to 2^-126, 0 at minus infinity, NaN for NaN.
INLINE vf exp2_(vf x) {
  x = max_(splat(-200.0f), x);
  vf n = __builtin_elementwise_roundeven(x);
  vf r = x - n;
  vf p = splat(0.001326472731307149f);
  p = fma_(p, r, splat(0.009671512991189957f));
  p = fma_(p, r, splat(0.05550733581185341f));
  p = fma_(p, r, splat(0.24022242426872253f));
  p = fma_(p, r, splat(0.6931470036506653f));
  p = fma_(p, r, splat(1.0f));
  return times_power(p, n);
}

INLINE vf sigmoid_(vf x) { return 1.0f / (1.0f + exp_(-x)); }

// tanh(x) = 1 - 2 / (exp(2x) + 1); absolute error below 2e-7.
INLINE vf tanh_(vf x) { return 1.0f - 2.0f / (exp_(min_(splat(20.0f), x) * 2.0f) + 1.0f); }

// erf(x): x P(x^2) / Q(x^2) on [-4, 4], the rational minimax form of Eigen; absolute error below 2e-7.
INLINE vf erf_(vf x) {
  x = min_(splat(4.0f), max_(splat(-4.0f), x));
  vf s = x * x;
  vf p = splat(-2.72614225801306e-10f);
  p = fma_(p, s, splat(2.77068142495902e-08f));
  p = fma_(p, s, splat(-2.10102402082508e-06f));
  p = fma_(p, s, splat(-5.69250639462346e-05f));
  p = fma_(p, s, splat(-7.34990630326855e-04f));
  p = fma_(p, s, splat(-2.95459980854025e-03f));
  p = fma_(p, s, splat(-1.60960333262415e-02f));
  vf q = splat(-1.45660718464996e-05f);
  q = fma_(q, s, splat(-2.13374055278905e-04f));
  q = fma_(q, s, splat(-1.68282697438203e-03f));
  q = fma_(q, s, splat(-7.37332916720468e-03f));
  q = fma_(q, s, splat(-1.42647390514189e-02f));
  return x * p / q;
}
