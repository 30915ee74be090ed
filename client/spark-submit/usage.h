/* SPDX-License-Identifier: Apache-2.0 */
/** usage.h: the texts of --help and --version, on stderr as spark-submit has them. */
#pragma once

void submit_print_usage(void);
void submit_print_version(const char *spark_version);
