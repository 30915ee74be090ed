/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/submission.h"

#include <string.h>

const char *spk_environment_get(const struct spk_environment *environment, const char *name)
{
    for (size_t i = 0; i < environment->n; i++)
        if (!strcmp(environment->variables[i].key, name))
            return environment->variables[i].value;
    return NULL;
}
