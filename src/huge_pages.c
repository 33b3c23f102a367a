#include "huge_pages.h"

#include <stdint.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 * 1024 * 1024 };

void want_huge_pages(void *memory, size_t size) {
    size_t offset = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    if (size >= offset + HUGE_PAGE) {
        madvise((char *)memory + offset, (size - offset) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    }
}
