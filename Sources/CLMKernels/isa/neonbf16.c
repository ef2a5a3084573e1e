// NEON with bf16 pairs (bfdot): ARMv8.6 and later.
#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)
#include <arm_neon.h>
#define LM_LANES 4
#define LM_TILE_ROWS 12
#define LM_BF16_HARDWARE 1
#define LM_THIS_ISA LM_NEON_BF16
#define LM_TABLE lm_table_neonbf16
#include "table.inc"
#pragma clang attribute pop
#endif
