/* SPDX-License-Identifier: Apache-2.0 */
/** compiler.h: attributes of GCC and Clang under short names, and the length of an array. */
#pragma once

#define SPK_CHECK              __attribute__((warn_unused_result))
#define SPK_PRINTF(text, args) __attribute__((format(printf, text, args)))
#define SPK_CLEANUP(fn)        __attribute__((cleanup(fn)))
#define SPK_NORETURN           __attribute__((noreturn))
#define SPK_LEN(array)         (sizeof(array) / sizeof((array)[0]))
