// Products and attention of every instruction set of this processor against plain loops in double.
// Run by check.sh, on arm64 or under qemu. Ends with 1 when an error is too large.
#include "CLMKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 37, COLUMNS = 29, DEPTH = 50, TOKENS = 70, WIDTH = 32 };

static float next_value(void) {
  static uint32_t state = 1;
  state = state * 1664525 + 1013904223;
  return (float)(state >> 8) / 8388608.0f - 1;
}
static uint16_t narrow(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}
static float widen(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
// Values that bf16 represents, in both types.
static void fill(size_t count, float *values, uint16_t *halves) {
  for (size_t i = 0; i < count; i++) values[i] = widen(halves[i] = narrow(next_value()));
}
static double largest(double a, double b) { return a > b ? a : b; }

static double product_error(const lm_kernels *t, lm_type type, int direct) {
  static float a[ROWS * DEPTH], b[COLUMNS * DEPTH], c[ROWS * COLUMNS];
  static uint16_t a_half[ROWS * DEPTH], b_half[COLUMNS * DEPTH];
  static _Alignas(64) char a_panels[1 << 16], b_panels[1 << 16];
  fill(ROWS * DEPTH, a, a_half);
  fill(COLUMNS * DEPTH, b, b_half);
  const void *a_data = type == LM_F32 ? (void *)a : a_half, *b_data = type == LM_F32 ? (void *)b : b_half;
  lm_operand left = {a_data, type, ROWS, DEPTH, DEPTH, 1}, right = {b_data, type, COLUMNS, DEPTH, DEPTH, 1};
  t->pack(type, &left, t->tile_rows, a_panels);
  t->pack(type, &right, t->tile_columns, b_panels);
  lm_output output = {.c = c, .stride = COLUMNS, .type = LM_F32};
  t->gemm(type, ROWS, COLUMNS, DEPTH, direct ? a_data : a_panels, direct ? DEPTH : 0, DEPTH * t->tile_rows,
          b_panels, DEPTH * t->tile_columns, &output);
  double error = 0;
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < COLUMNS; j++) {
      double sum = 0;
      for (int k = 0; k < DEPTH; k++) sum += (double)a[i * DEPTH + k] * b[j * DEPTH + k];
      error = largest(error, fabs(sum - c[i * COLUMNS + j]));
    }
  return error;
}

static double attention_error(const lm_kernels *t, lm_type type) {
  static float x[TOKENS * 3 * WIDTH], out[TOKENS * WIDTH], log_sum[TOKENS];
  static uint16_t x_half[TOKENS * 3 * WIDTH], out_half[TOKENS * WIDTH];
  static int32_t first[TOKENS], last[TOKENS];
  static _Alignas(64) char scratch[1 << 20];
  fill(TOKENS * 3 * WIDTH, x, x_half);
  for (int i = 0; i < TOKENS; i++) last[i] = i + 1;
  const char *data = type == LM_F32 ? (char *)x : (char *)x_half;
  size_t head = WIDTH * (type == LM_F32 ? 4 : 2), stride = 3 * WIDTH;
  lm_attention c = {.type = type, .queries = TOKENS, .keys = TOKENS, .width = WIDTH, .heads = 1, .q = data,
    .k = data + head, .v = data + 2 * head, .q_stride = stride, .k_stride = stride, .v_stride = stride,
    .out = type == LM_F32 ? (void *)out : out_half, .out_stride = WIDTH, .first = first, .last = last,
    .scale = 0.2f, .log_sum = log_sum, .log_sum_stride = TOKENS, .scratch = scratch};
  if (t->attention_scratch(&c, 0) > sizeof scratch) return INFINITY;
  t->attention_forward(&c);
  double error = 0;
  for (int i = 0; i < TOKENS; i++) {
    double weight[TOKENS], total = 0;
    for (int j = 0; j <= i; j++) {
      double score = 0;
      for (int k = 0; k < WIDTH; k++) score += (double)x[i * stride + k] * x[j * stride + WIDTH + k];
      total += weight[j] = exp(score * 0.2);
    }
    for (int k = 0; k < WIDTH; k++) {
      double y = 0;
      for (int j = 0; j <= i; j++) y += weight[j] / total * x[j * stride + 2 * WIDTH + k];
      double result = type == LM_F32 ? out[i * WIDTH + k] : widen(out_half[i * WIDTH + k]);
      error = largest(error, fabs(y - result));
    }
  }
  return error;
}

int main(void) {
  int failed = 0;
  for (int isa = LM_SCALAR; isa <= LM_NEON_BF16; isa++) {
    const lm_kernels *t = lm_kernels_for((lm_isa)isa);
    if (!t) continue;
    for (int type = LM_F32; type <= LM_BF16; type++) {
      double packed = product_error(t, (lm_type)type, 0), direct = product_error(t, (lm_type)type, 1);
      double attention = attention_error(t, (lm_type)type);
      printf("isa %d, %s: product %.1e, rows in place %.1e, attention %.1e\n", isa,
             type == LM_F32 ? "f32 " : "bf16", packed, direct, attention);
      failed |= !(packed < 1e-5 && direct < 1e-5 && attention < (type == LM_F32 ? 1e-5 : 4e-3));
    }
  }
  return failed;
}
