#ifndef LM_PREFETCH_H
#define LM_PREFETCH_H

// Swift has no way to ask for a cache line without waiting for it: a load that misses blocks retirement,
// and with it everything behind the next few hundred instructions.

/// Asks the processor to bring the cache line at `address` near; never faults.
static inline void lm_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
