// AVX-512 with bf16 pairs (vdpbf16ps): twice the multiply-adds of f32 per instruction; and with int8
// quadruples (vpdpbusd), which every processor with the former has.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vnni,fma"))), apply_to = function)
#define LM_LANES 16
#define LM_TILE_ROWS 12
#define LM_BF16_HARDWARE 1
#define LM_THIS_ISA LM_AVX512_BF16
#define LM_TABLE lm_table_avx512bf16
#include "table.inc"
#pragma clang attribute pop
#endif
