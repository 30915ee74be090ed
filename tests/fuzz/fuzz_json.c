/* SPDX-License-Identifier: Apache-2.0 */
/** What our JSON reader accepts, cJSON parses to an equal value, and we write and read again.
 */
#include "base/limits.h"
#include "json/read.h"
#include "json/write.h"

#include "fuzz.h"

#include <string.h>

static bool equal(const cJSON *ours, const cJSON *theirs)
{
    if ((ours->type & 0xFF) != (theirs->type & 0xFF))
        return false;
    if (spk_json_string(ours) && strcmp(ours->valuestring, theirs->valuestring) != 0)
        return false;
    if (spk_json_is_number(ours) && ours->valuedouble != theirs->valuedouble)
        return false;
    const cJSON *a = ours->child, *b = theirs->child;
    for (; a && b; a = a->next, b = b->next)
        if ((a->string != NULL) != (b->string != NULL) ||
            (a->string && strcmp(a->string, b->string) != 0) || !equal(a, b))
            return false;
    return !a && !b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
    struct spk_err err = {0};
    cJSON *tree = NULL, *again = NULL;

    if (!spk_json_read(&arena, (const char *)data, size, &tree, &err)) {
        SPK_PROMISE(!tree && err.reason == SPK_INVALID_MANIFEST && err.text[0]);
        return 0;
    }
    /* cJSON looks for a NUL behind the value when the end is required. */
    const char *text = spk_strndup(&arena, (const char *)data, size);
    cJSON *theirs = cJSON_ParseWithLengthOpts(text, size + 1, NULL, 1);
    SPK_PROMISE(theirs && equal(tree, theirs));
    cJSON_Delete(theirs);

    const char *written = spk_json_write(&arena, tree);
    SPK_PROMISE(spk_json_read(&arena, written, strlen(written), &again, &err));
    SPK_PROMISE(spk_json_equal(tree, again));
    SPK_PROMISE(strcmp(written, spk_json_write(&arena, again)) == 0);
    return 0;
}
