/*
 * Loaded before user-mode-linux on processors that it was not made for.
 *
 * It keeps a program's floating-point registers in a buffer of fixed size. Where the processor has more of them (AMX),
 * the host takes them back only whole, says no to the short buffer, and the guest dies at its first program. Here the
 * short buffer is laid over what the program has now, and the whole is given back.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define EXTENDED_STATE 0x202 /* NT_X86_XSTATE in elf.h */
#define MOST_BYTES 32768

typedef long (*ptrace_call)(int, int, void *, void *);

long ptrace(enum __ptrace_request request, ...)
{
    static ptrace_call original;
    va_list arguments;
    va_start(arguments, request);
    int pid = va_arg(arguments, int);
    void *where = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);
    if (!original)
        original = (ptrace_call)dlsym(RTLD_NEXT, "ptrace");
    if (request == PTRACE_SETREGSET && (long)where == EXTENDED_STATE) {
        struct iovec *given = data;
        /* Not on the stack: a thread of the guest has 8 KB of it. */
        static char all[MOST_BYTES];
        struct iovec whole = {all, sizeof(all)};
        if (!original(PTRACE_GETREGSET, pid, where, &whole) && whole.iov_len > given->iov_len) {
            memcpy(all, given->iov_base, given->iov_len);
            return original(PTRACE_SETREGSET, pid, where, &whole);
        }
    }
    return original(request, pid, where, data);
}
