/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/environment.h"

#include <stdlib.h>
#include <string.h>

static int compare_names(const void *name, const void *variable)
{
    return strcmp(name, ((const struct spk_conf_entry *)variable)->key);
}

const char *spk_environment_get(const struct spk_environment *environment, const char *name)
{
    const struct spk_conf_entry *variable =
        environment->n ? bsearch(name, environment->variables, environment->n,
                                 sizeof(*environment->variables), compare_names)
                       : NULL;

    return variable ? variable->value : NULL;
}
