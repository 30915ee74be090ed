/* SPDX-License-Identifier: Apache-2.0 */
/** Any bytes have a value or none; a property at the end of a file that can be read is found.
 */
#include "base/limits.h"
#include "spark/driver/hadoop_site.h"

#include "fuzz.h"

#include <string.h>

#define PROPERTY "<property><name>a</name><value>1</value></property>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    const struct spk_bytes file = {(const char *)data, size};
    const char *value = spk_hadoop_site_get(&arena, &file, "a");

    SPK_PROMISE(!value || strlen(value) <= size);
    /* Nothing is open behind "-->?>", quotes or not. */
    struct spk_buf longer = {.arena = &arena};
    spk_buf_put(&longer, (const char *)data, size);
    spk_buf_put(&longer, "\"'>-->?>]]>" PROPERTY, strlen("\"'>-->?>]]>" PROPERTY));
    const char *text = spk_buf_string(&longer);
    value = spk_hadoop_site_get(&arena, &(struct spk_bytes){text, longer.length}, "a");
    SPK_PROMISE(value && !strcmp(value, "1"));
    spk_arena_free(&arena);
    return 0;
}
