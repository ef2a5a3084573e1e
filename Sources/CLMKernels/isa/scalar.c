// Plain C for every architecture: 4 lanes, which clang maps to SSE2 or NEON.
#define LM_LANES 4
#define LM_TILE_ROWS 4
#define LM_BF16_HARDWARE 0
#define LM_THIS_ISA LM_SCALAR
#define LM_TABLE lm_table_scalar
#include "table.inc"
