/* Where memory is new, every page of it costs the kernel a fault; of huge pages there are fewer. */
#ifndef SMTPATCH_HUGE_PAGES_H
#define SMTPATCH_HUGE_PAGES_H

#include <stddef.h>

/* Asks the kernel for huge pages in those `size` bytes, where whole ones fit; for memory that is not written to yet.
 * The kernel may do otherwise, and nothing but speed depends on it. */
void want_huge_pages(void *memory, size_t size);

#endif
