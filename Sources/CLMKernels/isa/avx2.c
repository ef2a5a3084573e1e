// AVX2 and FMA: 8 lanes, 6 x 16 register tile in 12 of 16 registers.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define LM_LANES 8
#define LM_TILE_ROWS 6
#define LM_BF16_HARDWARE 0
#define LM_THIS_ISA LM_AVX2
#define LM_TABLE lm_table_avx2
#include "table.inc"
#pragma clang attribute pop
#endif
