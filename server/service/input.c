/* SPDX-License-Identifier: Apache-2.0 */
#include "service/service.h"

static const struct spk_environment *environment_of(const struct spk_operation *operation,
                                                    const struct spk_input *input)
{
    struct spk_environment *environment;

    if (!input->variables.n && !input->conf_files.n)
        return NULL; /* the server's */
    environment = spk_alloc(operation->arena, sizeof(*environment));
    *environment = operation->service->settings.environment;
    if (input->variables.n) {
        environment->variables = input->variables.entries;
        environment->n = input->variables.n;
    }
    if (input->conf_files.n) {
        environment->has_conf_dir = true;
        environment->conf_dir = "conf_files";
        environment->conf_files = input->conf_files;
    }
    return environment;
}

struct spk_request *spk_input_request(const struct spk_operation *operation,
                                      const struct spk_input *input)
{
    struct spk_request *request = spk_alloc(operation->arena, sizeof(*request));

    *request = input->core;
    request->tenant = operation->caller.tenant;
    request->payload.environment = environment_of(operation, input);
    return request;
}
