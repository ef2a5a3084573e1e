// Plain C for every architecture: 4 lanes, which clang maps to SSE2 or NEON. NEON has twice the registers.
#define LM_LANES 4
#if defined(__aarch64__)
#define LM_TILE_ROWS 12
#else
#define LM_TILE_ROWS 4
#endif
#define LM_BF16_HARDWARE 0
#define LM_THIS_ISA LM_SCALAR
#define LM_TABLE lm_table_scalar
#include "table.inc"
