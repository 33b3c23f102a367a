#include "guard.h"

bool guard_run(Guard *guard, void (*work)(void *context), void *context) {
    if (setjmp(guard->exit) != 0) {
        return false;
    }
    work(context);
    return true;
}

_Noreturn void guard_leave(Guard *guard) { longjmp(guard->exit, 1); }
