#ifndef LM_BYTE_MASKS_H
#define LM_BYTE_MASKS_H

#include <stdint.h>
#include <string.h>
#ifdef __aarch64__
#include <arm_neon.h>
#endif

// Swift's vectors have no way to turn a comparison into the bits of a register.

/// 64 bytes of text as bit masks: bit i answers for byte i.
typedef struct {
  uint64_t letters;     ///< a…z and A…Z
  uint64_t capitals;    ///< A…Z
  uint64_t digits;      ///< 0…9
  uint64_t spaces;      ///< U+0020
  uint64_t whites;      ///< white space: U+0009…U+000D and U+0020
  uint64_t breaks;      ///< CR and LF
  uint64_t apostrophes; ///< '
  uint64_t slashes;     ///< /
  uint64_t others;      ///< beyond ASCII
} lm_byte_masks;

#if defined(__SSE2__)
typedef unsigned char lm_16_bytes __attribute__((vector_size(16)));

static inline uint64_t lm_bits_of(lm_16_bytes answers) {
  return (uint64_t)(uint32_t)__builtin_ia32_pmovmskb128((char __attribute__((vector_size(16))))answers);
}
#define LM_PARTS 4
#define LM_LOAD(part) ({ lm_16_bytes v; memcpy(&v, bytes + 16 * (part), 16); v; })
#define LM_GATHER(mask, answers) masks.mask |= lm_bits_of((lm_16_bytes)(answers)) << (16 * part)
#elif defined(__aarch64__)
typedef uint8x16_t lm_16_bytes;

static inline uint64_t lm_bits_of(uint8x16_t answers) {
  const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t bits = vandq_u8(answers, bit);
  return (uint64_t)vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}
#define LM_PARTS 4
#define LM_LOAD(part) vld1q_u8(bytes + 16 * (part))
#define LM_GATHER(mask, answers) masks.mask |= lm_bits_of((uint8x16_t)(answers)) << (16 * part)
#else
#define LM_PARTS 64
#define LM_LOAD(part) bytes[part]
#define LM_GATHER(mask, answers) masks.mask |= (uint64_t)((answers) != 0) << part
typedef uint8_t lm_16_bytes;
#endif

/// The masks of the 64 bytes at `bytes`. What the caller does not use costs nothing.
static inline lm_byte_masks lm_masks_of_64_bytes(const uint8_t *bytes) {
  lm_byte_masks masks = {0};
  for (int part = 0; part < LM_PARTS; part++) {
    lm_16_bytes v = LM_LOAD(part);
    lm_16_bytes folded = (v | 0x20) - 'a', capital = v - 'A', digit = v - '0', control = v - '\t';
    LM_GATHER(letters, folded < 26);
    LM_GATHER(capitals, capital < 26);
    LM_GATHER(digits, digit < 10);
    LM_GATHER(spaces, v == ' ');
    LM_GATHER(whites, (control < 5) | (v == ' '));
    LM_GATHER(breaks, (v == '\n') | (v == '\r'));
    LM_GATHER(apostrophes, v == '\'');
    LM_GATHER(slashes, v == '/');
    LM_GATHER(others, v > 127);
  }
  return masks;
}

#undef LM_PARTS
#undef LM_LOAD
#undef LM_GATHER
#endif
