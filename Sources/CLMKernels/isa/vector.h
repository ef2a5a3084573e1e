// Vectors of LM_LANES f32 written once for every instruction set, by clang's vector extensions.
// Included inside the target region of an instruction set; everything here is inlined there.
#include "../include/CLMKernels.h"
#include <string.h>

#define LANES LM_LANES
#define INLINE static inline __attribute__((always_inline))
typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));
typedef uint16_t vh __attribute__((vector_size(2 * LANES)));

INLINE vf splat(float x) { return x - (vf){0}; }
INLINE vi splat_i(int32_t x) { return x - (vi){0}; }
INLINE vu splat_u(uint32_t x) { return x - (vu){0}; }
#if LANES == 4
INLINE vf fma_(vf a, vf b, vf c) { return a * b + c; }  // fused where the architecture has it
#else
INLINE vf fma_(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#endif
INLINE vf select_(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
// `size`, which is not negative, with the sign of x; 0 where x is 0.
INLINE vf with_sign_(vf size, vf x) { return (vf)((x != 0) & ((vi)size | ((vi)x & INT32_MIN))); }
// Where one of the two is NaN the result is b: max_(limit, x) lets a NaN in x through.
#if LANES == 16
INLINE vf max_(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE vf min_(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
#elif LANES == 8
INLINE vf max_(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE vf min_(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
#else
INLINE vf max_(vf a, vf b) { return select_(a > b, a, b); }
INLINE vf min_(vf a, vf b) { return select_(a < b, a, b); }
#endif

INLINE vf load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }

INLINE vf widen(vh h) { return (vf)(__builtin_convertvector(h, vu) << 16); }
// Round to nearest, ties to even; NaN stays NaN.
INLINE vh narrow(vf x) {
#if LM_BF16_HARDWARE && LANES == 16
  return (vh)_mm512_cvtneps_pbh((__m512)x);
#else
  vu u = (vu)x;
  vu rounded = (u + 0x7FFF + ((u >> 16) & 1)) >> 16;
  vu quiet = (u >> 16) | 0x40;
  vu nan = (vu)(x != x);
  return __builtin_convertvector((nan & quiet) | (~nan & rounded), vh);
#endif
}

// IEEE half precision; every half is a float.
#if LANES == 16
INLINE vf widen_half(vh h) { return (vf)_mm512_cvtph_ps((__m256i)h); }
INLINE vh narrow_half(vf x) { return (vh)_mm512_cvtps_ph((__m512)x, _MM_FROUND_TO_NEAREST_INT); }
#elif LANES == 8
INLINE vf widen_half(vh h) { return (vf)_mm256_cvtph_ps((__m128i)h); }
INLINE vh narrow_half(vf x) { return (vh)_mm256_cvtps_ph((__m256)x, _MM_FROUND_TO_NEAREST_INT); }
#elif defined(__aarch64__)
typedef __fp16 lm_halves __attribute__((vector_size(2 * LANES)));
INLINE vf widen_half(vh h) { return __builtin_convertvector((lm_halves)h, vf); }
INLINE vh narrow_half(vf x) { return (vh)__builtin_convertvector(x, lm_halves); }
#else
// Exponent and mantissa in their places are the number times 2^-112, subnormal or not.
INLINE vf widen_half(vh h) {
  vu u = __builtin_convertvector(h, vu), size = u & 0x7FFF;
  vu bits = (vu)((vf)(size << 13) * 0x1p112f) | ((vu)(size > 0x7BFF) & 0x7F800000);
  return (vf)(bits | (u & 0x8000) << 16);
}
// Below 2^-14 the place of the last bit is that of 0.5: adding 0.5 rounds.
INLINE vh narrow_half(vf x) {
  vu u = (vu)x, size = u & 0x7FFFFFFF;
  vu normal = (size - (112u << 23) + 0xFFF + (size >> 13 & 1)) >> 13;
  vu tiny = (vu)((vf)size + 0.5f) - 0x3F000000;
  vu large = (vu)(size > 0x7F800000) & (0x200 | (size >> 13 & 0x3FF));
  vu is_tiny = (vu)(size < 113u << 23), is_large = (vu)(size >= 0x477FF000);
  vu half = (is_tiny & tiny) | (~is_tiny & normal);
  half = (is_large & (0x7C00 | large)) | (~is_large & half);
  return __builtin_convertvector(half | (u >> 16 & 0x8000), vh);
}
#endif
INLINE vf widen_as(lm_type type, vh h) { return type == LM_F16 ? widen_half(h) : widen(h); }
INLINE vh narrow_as(lm_type type, vf x) { return type == LM_F16 ? narrow_half(x) : narrow(x); }

#if LM_BF16_HARDWARE
// Adds to each lane the products of its two pairs of bf16.
INLINE vf add_pairs(vf sum, vu a, vu b) {
#if LANES == 16
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
  return (vf)vbfdotq_f32((float32x4_t)sum, (bfloat16x8_t)a, (bfloat16x8_t)b);
#endif
}
#endif

INLINE vf load_as(lm_type type, const void *p, size_t i) {
  if (type == LM_F32) return load((const float *)p + i);
  vh h;
  memcpy(&h, (const uint16_t *)p + i, sizeof h);
  return widen_as(type, h);
}
INLINE void store_as(lm_type type, void *p, size_t i, vf v) {
  if (type == LM_F32) { store((float *)p + i, v); return; }
  vh h = narrow_as(type, v);
  memcpy((uint16_t *)p + i, &h, sizeof h);
}

// The first `left` lanes only; the others read as zero and are not written.
#if LANES == 16
INLINE vf load_tail(lm_type type, const void *p, size_t i, size_t left) {
  __mmask16 mask = (__mmask16)((1u << left) - 1);
  if (type == LM_F32) return (vf)_mm512_maskz_loadu_ps(mask, (const float *)p + i);
  return widen_as(type, (vh)_mm256_maskz_loadu_epi16(mask, (const uint16_t *)p + i));
}
INLINE void store_tail(lm_type type, void *p, size_t i, vf v, size_t left) {
  __mmask16 mask = (__mmask16)((1u << left) - 1);
  if (type == LM_F32) _mm512_mask_storeu_ps((float *)p + i, mask, (__m512)v);
  else _mm256_mask_storeu_epi16((uint16_t *)p + i, mask, (__m256i)narrow_as(type, v));
}
#else
static __attribute__((noinline)) vf load_tail(lm_type type, const void *p, size_t i, size_t left) {
  if (type == LM_F32) {
    vf v = {0};
    memcpy(&v, (const float *)p + i, left * 4);
    return v;
  }
  vh h = {0};
  memcpy(&h, (const uint16_t *)p + i, left * 2);
  return widen_as(type, h);
}
static __attribute__((noinline)) void store_tail(lm_type type, void *p, size_t i, vf v, size_t left) {
  vh h = narrow_as(type, v);
  if (type == LM_F32) memcpy((float *)p + i, &v, left * 4);
  else memcpy((uint16_t *)p + i, &h, left * 2);
}
#endif

// Lanes [i, min(i + LANES, n)) of a row.
INLINE vf get(lm_type type, const void *p, size_t i, size_t n) {
  return i + LANES <= n ? load_as(type, p, i) : load_tail(type, p, i, n - i);
}
INLINE void put(lm_type type, void *p, size_t i, size_t n, vf v) {
  if (i + LANES <= n) store_as(type, p, i, v);
  else store_tail(type, p, i, v, n - i);
}
// All lanes from the `left`-th on replaced by `other`.
INLINE vf keep(vf v, size_t left, float other) {
  if (left >= LANES) return v;
  float lanes[LANES];
  memcpy(lanes, &v, sizeof v);
  for (size_t l = left; l < LANES; l++) lanes[l] = other;
  memcpy(&v, lanes, sizeof v);
  return v;
}

// Horizontal reductions in a fixed order.
INLINE float sum(vf v) {
  float lanes[LANES];
  memcpy(lanes, &v, sizeof v);
  for (size_t width = LANES / 2; width > 0; width /= 2)
    for (size_t l = 0; l < width; l++) lanes[l] += lanes[l + width];
  return lanes[0];
}
INLINE float highest(vf v) { return __builtin_reduce_max(v); }

INLINE const void *at(lm_type type, const void *p, size_t i) {
  return (const char *)p + i * (type == LM_F32 ? 4 : 2);
}
INLINE void *at_mutable(lm_type type, void *p, size_t i) {
  return (char *)p + i * (type == LM_F32 ? 4 : 2);
}

// Calls `body` with the type as a constant, so that its loads need no branch.
#define WITH_TYPE(type, call) do { if ((type) == LM_F32) { enum { T = LM_F32 }; call; } \
  else { enum { T = LM_BF16 }; call; } } while (0)
// The same where weights come in: f16 too, but no quantised type.
#define WITH_FLOAT_TYPE(type, call) do { if ((type) == LM_F16) { enum { T = LM_F16 }; call; } \
  else WITH_TYPE(type, call); } while (0)
