/* SPDX-License-Identifier: Apache-2.0 */
/** What a properties file holds is written, and reads back as it was; writing again is equal.
 */
#include "base/limits.h"
#include "spark/conf/properties.h"

#include "fuzz.h"

#include <string.h>

static bool equal(const struct spk_conf *a, const struct spk_conf *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->entries[i].key, b->entries[i].key) != 0 ||
            strcmp(a->entries[i].value, b->entries[i].value) != 0)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
    struct spk_conf conf = {.arena = &arena}, again = {.arena = &arena};
    const char *text = NULL, *second = NULL;
    struct spk_err err = {0};

    if (!spk_properties_read(&conf, (const char *)data, size, "fuzz", &err)) {
        SPK_PROMISE(conf.n == 0 && err.reason == SPK_INVALID_SPARK_SUBMIT_ARGS);
        return 0;
    }
    SPK_PROMISE(spk_properties_write(&arena, &conf, "c", &text, &err));
    SPK_PROMISE(spk_properties_read(&again, text, strlen(text), "fuzz", &err));
    SPK_PROMISE(equal(&conf, &again));
    SPK_PROMISE(spk_properties_write(&arena, &again, "c", &second, &err));
    SPK_PROMISE(strcmp(text, second) == 0);
    return 0;
}
