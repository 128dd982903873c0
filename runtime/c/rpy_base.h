/* rpy_base.h: compiler attributes and the basic types of the runtime.
 *
 * Everything here is usable by the runtime and by generated code.  Both are
 * compiled as C11 for a 64-bit little-endian machine, with
 * -fno-strict-aliasing and -fwrapv: GC objects are looked at through several
 * struct types, and signed arithmetic of the source language wraps.
 */
#ifndef RPY_BASE_H
#define RPY_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Signed, Unsigned of the low-level type system: one machine word. */
typedef int64_t rpy_signed;
typedef uint64_t rpy_unsigned;
typedef __int128 rpy_int128;
typedef unsigned __int128 rpy_uint128;

#define RPY_LIKELY(x)   __builtin_expect(!!(x), 1)
#define RPY_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Functions off the hot path: kept out of line and out of hot code pages. */
#define RPY_COLD     __attribute__((noinline, cold))
#define RPY_NOINLINE __attribute__((noinline))
#define RPY_INLINE   static inline __attribute__((always_inline))
#define RPY_UNUSED   __attribute__((unused))
#define RPY_NORETURN __attribute__((noreturn))
#define RPY_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Everything is compiled with -fvisibility=hidden when a shared library is
 * made; RPY_EXPORT marks the few symbols (embedding interface) that stay
 * visible. */
#define RPY_EXPORT __attribute__((visibility("default")))

/* Defined when the program is built with AddressSanitizer. */
#if defined(__SANITIZE_ADDRESS__)
#define RPY_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RPY_ASAN 1
#endif
#endif
#ifndef RPY_ASAN
#define RPY_ASAN 0
#endif

#endif
