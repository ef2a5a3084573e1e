// Chooses the table of the best instruction set that the processor and LM_ISA allow.
#include "include/CLMKernels.h"
#include <stdlib.h>
#include <string.h>

extern const lm_kernels lm_table_scalar;
#if defined(__x86_64__)
extern const lm_kernels lm_table_avx2, lm_table_avx512, lm_table_avx512bf16;
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#define HAS_BF16 (1 << 14)  // HWCAP2_BF16 of <asm/hwcap.h>
extern const lm_kernels lm_table_neonbf16;
#endif

const lm_kernels *lm_kernels_for(lm_isa isa) {
#if defined(__x86_64__)
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  switch (isa) {
    case LM_AVX2: return avx2 ? &lm_table_avx2 : NULL;
    case LM_AVX512: return avx512 ? &lm_table_avx512 : NULL;
    case LM_AVX512_BF16:
      return avx512 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni")
                 ? &lm_table_avx512bf16 : NULL;
    default: break;
  }
#elif defined(__aarch64__) && defined(__linux__)
  if (isa == LM_NEON_BF16) return getauxval(AT_HWCAP2) & HAS_BF16 ? &lm_table_neonbf16 : NULL;
#endif
  return isa == LM_SCALAR ? &lm_table_scalar : NULL;
}

const lm_kernels *lm_kernels_best(void) {
  const char *cap = getenv("LM_ISA");
  int highest = LM_NEON_BF16;
  if (cap && !strcmp(cap, "scalar")) highest = LM_SCALAR;
  if (cap && !strcmp(cap, "avx2")) highest = LM_AVX2;
  if (cap && !strcmp(cap, "avx512")) highest = LM_AVX512;
  for (int isa = highest; isa > LM_SCALAR; isa--) {
    const lm_kernels *table = lm_kernels_for((lm_isa)isa);
    if (table) return table;
  }
  return &lm_table_scalar;
}
