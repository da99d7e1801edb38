/*
 * base/macros.h - compiler attributes and small macros used everywhere.
 */
#ifndef PGRUNBOOK_BASE_MACROS_H
#define PGRUNBOOK_BASE_MACROS_H

#define WARN_UNUSED	__attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define NORETURN	__attribute__((noreturn))
#define UNUSED		__attribute__((unused))

/* Elements of an array whose size the compiler knows. */
#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))

#endif
