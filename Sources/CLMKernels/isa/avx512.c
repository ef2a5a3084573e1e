// AVX-512: 16 lanes, 12 x 32 register tile in 24 of 32 registers.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#define LM_LANES 16
#define LM_TILE_ROWS 12
#define LM_BF16_HARDWARE 0
#define LM_THIS_ISA LM_AVX512
#define LM_TABLE lm_table_avx512
#include "table.inc"
#pragma clang attribute pop
#endif
