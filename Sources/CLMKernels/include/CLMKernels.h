// The inner loops of `lm`: one table of functions per instruction set.
//
// Every function works on memory that the caller owns and has checked; none allocates, starts a thread,
// keeps state or fails. Matrices are row-major; sizes count elements, strides count elements.
// "type" arguments say how a `void *` is to be read: as f32 or bf16, and weights, where said so, as any type.
#ifndef CLMKERNELS_H
#define CLMKERNELS_H
#include <stddef.h>
#include <stdint.h>

// How numbers are stored. Activations, gradients and caches are f32 or bf16; weights may be of any type. The
// block-quantised ones lie as ggml defines them: rows of whole blocks.
typedef enum {
  LM_F32 = 0, LM_BF16, LM_F16, LM_Q8_0, LM_Q4_0, LM_Q4_1, LM_Q5_0, LM_Q5_1, LM_Q2_K, LM_Q3_K, LM_Q4_K, LM_Q5_K,
  LM_Q6_K, LM_IQ4_NL
} lm_type;
// What numbers of a type come in: `elements` numbers in `bytes` bytes.
typedef struct { size_t elements, bytes; } lm_block;
static inline lm_block lm_block_of(lm_type type) {
  switch (type) {
    case LM_F32: return (lm_block){1, 4};
    case LM_BF16: case LM_F16: return (lm_block){1, 2};
    case LM_Q8_0: return (lm_block){32, 34};
    case LM_Q4_0: case LM_IQ4_NL: return (lm_block){32, 18};
    case LM_Q4_1: return (lm_block){32, 20};
    case LM_Q5_0: return (lm_block){32, 22};
    case LM_Q5_1: return (lm_block){32, 24};
    case LM_Q2_K: return (lm_block){256, 84};
    case LM_Q3_K: return (lm_block){256, 110};
    case LM_Q4_K: return (lm_block){256, 144};
    case LM_Q5_K: return (lm_block){256, 176};
    case LM_Q6_K: return (lm_block){256, 210};
  }
}
typedef enum { LM_RELU = 0, LM_GELU = 1, LM_GELU_TANH = 2, LM_SILU = 3, LM_TANH = 4 } lm_activation;
typedef enum { LM_SCALAR = 0, LM_AVX2 = 1, LM_AVX512 = 2, LM_AVX512_BF16 = 3, LM_NEON_BF16 = 4 } lm_isa;

// Where a matrix product goes: c[i * stride + j] of `type`. With `accumulate`, f32 only, the product is
// added to `base` (same stride; `base` may be `c`). `bias` holds one f32 per column, or is NULL.
typedef struct {
  void *c;
  const float *base;
  const float *bias;
  size_t stride;
  lm_type type;
  int accumulate;
} lm_output;

// A strided operand of `rows` x `depth`: element (r, k) is data[first + r * row_stride + k * depth_stride]. With
// quantised types `data` is the start of a row, the larger stride whole blocks, and `first` even; else it is 0.
typedef struct {
  const void *data;
  lm_type type;
  size_t rows, depth, row_stride, depth_stride, first;
} lm_operand;

// Cached keys and values of one sequence and key/value head: page p, from `first` on, holds the positions
// p * LM_PAGE_KEYS up to the next page. A page is [2, heads, LM_PAGE_KEYS, width] of `type`, keys before
// values; int8 pages have f32 scales [2, heads, LM_PAGE_KEYS] behind them.
#define LM_PAGE_KEYS 96
typedef enum { LM_CACHED_F32 = 0, LM_CACHED_BF16 = 1, LM_CACHED_INT8 = 2 } lm_cached;
typedef struct {
  void *const *page;
  size_t first, heads, head;
  lm_cached type;
} lm_pages;

// One call of attention: all heads that share one key/value head of one sequence.
// Query i may look at the keys first[i] <= j < last[i]. q, k, v, out and their gradients are of `type`
// and addressed by [token * stride + head * width]; the pointers stand at the first head of the group.
// bias: NULL, or per query head a table of (queries + keys) f32, indexed by
// (query_offset + i) - j + keys - 1, added to the scaled scores.
typedef struct {
  lm_type type;
  size_t queries, keys, width, heads, query_offset;
  const void *q, *k, *v;
  void *out;
  size_t q_stride, k_stride, v_stride, out_stride;
  const int32_t *first, *last;
  const float *bias;
  size_t bias_stride;
  float scale;
  float soft_cap;  // 0, or c: scaled scores become c tanh(score / c) before the bias
  float *log_sum;  // [heads, log_sum_stride]: log of the sum of exponentials per query
  size_t log_sum_stride;
  // Backward only. d_k and d_v are written once, summed over the heads of the group.
  const void *d_out;
  void *d_q, *d_k, *d_v;
  size_t d_out_stride, d_q_stride, d_k_stride, d_v_stride;
  void *scratch;  // aligned to 64 bytes, attention_scratch() bytes
  lm_pages pages;  // of cached attention, instead of k and v
} lm_attention;

// Rows of a norm: row r is data + (r / inner) * outer_stride + (r % inner) * width.
typedef struct {
  size_t rows, inner, width;
  size_t x_stride, y_stride;  // outer strides
  lm_type x_type, y_type;
  int center;  // 1: LayerNorm, 0: RMSNorm
  float epsilon;
} lm_norm_shape;

// One step of an optimizer. The prepared gradient is clamp(gradient_scale g, -limit, limit) + l2 p + l1 sign(p).
// Fields that a rule does not name are not read.
typedef enum {
  LM_ADAM, LM_SGD, LM_ADAGRAD, LM_ADADELTA, LM_RMSPROP, LM_LION, LM_MOMENTUM
} lm_rule;
typedef struct {
  lm_rule rule;
  float gradient_scale, limit, l1, l2;
  float keep_rate;             // 1 - learning rate * decoupled decay
  float rate, gradient_rate;   // of the state's and of the gradient's share of the step
  float momentum;              // share that a sum keeps
  float gain1, gain2;          // share that a mean takes of the new value: 1 - beta
  float epsilon, root;         // added to the denominator; factor of its square root
} lm_update;

typedef struct {
  lm_isa isa;
  size_t lanes;
  size_t tile_rows, tile_columns;  // of the matrix product's register tile
  int bf16_dot;                    // 1 where bf16 products are faster than f32 ones

  // gemm
  // Packs rows [0, operand.rows) into panels of `width` rows (tile_rows or tile_columns): [panel][depth][width] as f32, or
  // [panel][depth / 2][width][2] as bf16; an odd depth is filled up with zeros, rows with anything. Any type.
  void (*pack)(lm_type to, const lm_operand *operand, size_t width, void *panels);
  // c[m, n] = a panels (tile_rows wide) x b panels (tile_columns wide) over `depth`; panel strides in
  // elements of the packed type (an even number for bf16). With a_row, a is no panel: its rows of `type`
  // lie a_row elements apart, and a depth of bf16 is even.
  void (*gemm)(lm_type type, size_t m, size_t n, size_t depth, const void *a, size_t a_row,
               size_t a_panel, const void *b, size_t b_panel, const lm_output *output);
  // y[j] = sum_k weight[j * stride + k] * x[k] for j in [0, n); x and y f32, weights of any type.
  void (*gemv)(lm_type weight_type, size_t n, size_t depth, const void *weight, size_t stride,
               const float *x, float *y);

  // attention
  size_t (*attention_scratch)(const lm_attention *shape, int backward);
  void (*attention_forward)(const lm_attention *call);
  void (*attention_backward)(const lm_attention *call);
  // One query per head against cached keys and values; no scratch but scores [keys] per call.
  void (*attention_decode)(const lm_attention *call, float *scores);

  // The same on cached keys and values. `few` takes one dot product per key and query, else keys are tiled; no
  // scratch beyond a tile, or one score per key and head. first and last lie within the pages.
  size_t (*attention_cached_scratch)(const lm_attention *shape, int few);
  void (*attention_cached)(const lm_attention *call, int few);
  // Copies `count` keys and values of one head, rows `stride` apart, to `position` and on, or back.
  void (*write_pages)(const lm_pages *pages, lm_type from, size_t width, size_t position, size_t count,
                      const void *keys, const void *values, size_t stride);
  void (*read_pages)(const lm_pages *pages, size_t width, size_t position, size_t count, float *keys,
                     float *values, size_t stride);

  // norm: mean and inverse deviation per row are written by forward and read by backward.
  void (*norm_forward)(const lm_norm_shape *shape, const void *x, const float *weight,
                       const float *bias, void *y, float *mean, float *inverse);
  // d_x (f32 or bf16 like x, added to when accumulate); d_weight and d_bias f32 [width], added to. y, unless
  // NULL, becomes what forward gave, with `bias`.
  void (*norm_backward)(const lm_norm_shape *shape, const void *x, const float *weight, const void *d_y,
                        const float *mean, const float *inverse, void *d_x, int accumulate,
                        float *d_weight, float *d_bias, const float *bias, void *y);

  // activation; backward may work in place (d_x = d_y), and y, unless NULL, becomes what forward gave.
  void (*activate)(lm_activation kind, lm_type type, size_t n, const void *x, void *y);
  void (*activate_backward)(lm_activation kind, lm_type type, size_t n, const void *x, const void *d_y,
                            void *d_x, void *y);
  // y[r, i] = act(x[r, i]) * x[r, width + i], x is [rows, 2 * width].
  void (*gate)(lm_activation kind, lm_type type, size_t rows, size_t width, const void *x, void *y);
  void (*gate_backward)(lm_activation kind, lm_type type, size_t rows, size_t width, const void *x,
                        const void *d_y, void *d_x, void *y);

  // position: rotates `heads` heads of `rows` tokens in place; pairs are (i, i + rotary / 2).
  // cosine and sine are [positions, rotary / 2]; row r uses position positions[r]. sign -1 undoes.
  void (*rotate)(lm_type type, size_t rows, size_t heads, size_t head_width, size_t rotary,
                 void *x, size_t stride, const int32_t *positions, const float *cosine,
                 const float *sine, float sign);

  // loss: per row of logits [rows, vocabulary], the loss of target[r] (below 0: ignored, loss 0);
  // with `gradient` the logits become d_loss/d_logits * scale.
  void (*cross_entropy)(lm_type type, size_t rows, size_t vocabulary, size_t stride, void *logits,
                        const int32_t *target, float smoothing, float scale, int gradient, float *loss);

  // optimizer
  double (*sum_of_squares)(size_t n, const float *x);
  // States in the order of the rule; the optional ones of LM_SGD (0) and LM_RMSPROP (1, 2) may be NULL.
  void (*update)(const lm_update *settings, size_t n, float *parameter, const float *gradient,
                 float *const state[3]);
  // Adafactor: sums of the squared gradients by row (written) and by column (added to); sum of the squared
  // changes, with the second moment row[r] * column[i] (row NULL: column[i]) of at least epsilon; the change.
  void (*adafactor_squares)(const lm_update *settings, size_t rows, size_t n, const float *parameter,
                            const float *gradient, float *row, float *column);
  double (*adafactor_norm)(const lm_update *settings, size_t rows, size_t n, const float *parameter,
                           const float *gradient, const float *row, const float *column);
  void (*adafactor_apply)(const lm_update *settings, size_t rows, size_t n, float *parameter,
                          const float *gradient, const float *row, const float *column);

  // elementwise
  // From any type (n whole blocks) to f32, bf16 or f16; rounds to nearest, ties to even.
  void (*convert)(lm_type from, lm_type to, size_t n, const void *x, void *y);
  void (*add)(lm_type type, size_t n, const void *x, float *y);  // y += x, which is f32, bf16 or f16
  // 1 where all of n numbers of any type (whole blocks) are finite, else 0.
  int (*all_finite)(lm_type type, size_t n, const void *x);
  void (*column_sums)(lm_type type, size_t rows, size_t n, size_t stride, const void *x, float *y);
  void (*scale)(size_t n, float factor, float *x);
  // x = cap tanh(x / cap), and for such a y: d_x = d_y (1 - (y / cap)^2).
  void (*soft_cap)(size_t n, float cap, float *x);
  void (*soft_cap_backward)(size_t n, float cap, const float *y, float *d);
  // y = x * mask / (1 - probability); element i keeps its mask for one (seed, start + i).
  void (*dropout)(lm_type type, size_t n, const void *x, void *y, uint64_t seed, uint64_t start,
                  float probability);

  // bench: `rounds` rounds of multiply-adds on registers alone, as f32, bf16 pairs and int8 quadruples;
  // return the operations made, a multiply-add counted twice. NULL where the instruction set has no such
  // products. `state` holds LM_PEAK_STATE finite f32, aligned to 64 bytes: operands and sums, kept.
  size_t (*peak_f32)(size_t rounds, float *state);
  size_t (*peak_bf16)(size_t rounds, float *state);
  size_t (*peak_int8)(size_t rounds, float *state);
  // Reads `bytes` as 1, 2, 4 or 8 streams of whole cache lines that advance in step, prefetching `ahead`
  // bytes ahead (0: not at all); returns the exclusive or of all words. data is aligned to 64 bytes.
  uint32_t (*read_bytes)(const void *data, size_t bytes, size_t streams, size_t ahead);
} lm_kernels;

enum { LM_PEAK_STATE = 512 };

// The table for one instruction set, or NULL where the processor lacks it.
const lm_kernels *lm_kernels_for(lm_isa isa);
// The best table of this processor, capped by LM_ISA=scalar|avx2|avx512|avx512bf16|neonbf16.
const lm_kernels *lm_kernels_best(void);
#endif
