/* hash_kernel.h: the inner loop of SHA-256 by the processor's own instructions, where it has them.
 */
#ifndef PTL_BASE_HASH_KERNEL_H
#define PTL_BASE_HASH_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether this processor has the SHA extensions; asked once. */
bool ptl_hash_kernel_is_there(void);

/** `n` blocks of 64 bytes into the state a … h (FIPS 180-4, 6.2.2). Only where it is there. */
void ptl_hash_kernel_blocks(uint32_t state[8], const uint8_t *bytes, size_t n);

#endif
