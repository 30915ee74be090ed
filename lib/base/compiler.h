/* SPDX-License-Identifier: Apache-2.0 */
/** compiler.h: the attributes we lean on, under names of ours. */
#pragma once

#define SPK_CHECK              __attribute__((warn_unused_result))
#define SPK_PRINTF(text, args) __attribute__((format(printf, text, args)))
#define SPK_CLEANUP(fn)        __attribute__((cleanup(fn)))
#define SPK_NORETURN           __attribute__((noreturn))
/** On what a shared library of ours exports; everything else is hidden. */
#define SPK_PUBLIC     __attribute__((visibility("default")))
#define SPK_LEN(array) (sizeof(array) / sizeof((array)[0]))
