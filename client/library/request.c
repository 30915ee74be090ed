/* SPDX-License-Identifier: Apache-2.0 */
#include "library/request.h"

#include "library/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool refuse(struct sparksubmit_error *error, const char *why)
{
    return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD", why);
}

static ProtobufCBinaryData bytes_of(const char *text, size_t length)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)text, .len = length};
}

static bool add_environment(const struct sparksubmit_job *job, struct spk_packed *packed)
{
    size_t n = job->n_environment;
    Spk__SparkSubmitCommand__EnvironmentEntry *entries = calloc(n, sizeof(*entries));
    Spk__SparkSubmitCommand__EnvironmentEntry **list = calloc(n, sizeof(*list));

    packed->environment = entries;
    packed->environment_list = list;
    if (!entries || !list)
        return false;
    for (size_t i = 0; i < n; i++) {
        spk__spark_submit_command__environment_entry__init(&entries[i]);
        entries[i].key = job->environment[i].key;
        entries[i].value = job->environment[i].value;
        list[i] = &entries[i];
    }
    packed->command.n_environment = n;
    packed->command.environment = list;
    return true;
}

static bool add_properties(const struct sparksubmit_job *job, struct spk_packed *packed)
{
    size_t n = job->n_properties;
    Spk__SparkSubmitCommand__PropertiesEntry *entries = calloc(n, sizeof(*entries));
    Spk__SparkSubmitCommand__PropertiesEntry **list = calloc(n, sizeof(*list));

    packed->properties = entries;
    packed->properties_list = list;
    if (!entries || !list)
        return false;
    for (size_t i = 0; i < n; i++) {
        spk__spark_submit_command__properties_entry__init(&entries[i]);
        entries[i].key = job->properties[i].key;
        entries[i].value = job->properties[i].value;
        list[i] = &entries[i];
    }
    packed->command.n_properties = n;
    packed->command.properties = list;
    return true;
}

static bool add_conf_files(const struct sparksubmit_job *job, struct spk_packed *packed)
{
    size_t n = job->n_conf_files;
    Spk__SparkSubmitCommand__ConfFilesEntry *entries = calloc(n, sizeof(*entries));
    Spk__SparkSubmitCommand__ConfFilesEntry **list = calloc(n, sizeof(*list));

    packed->files = entries;
    packed->files_list = list;
    if (!entries || !list)
        return false;
    for (size_t i = 0; i < n; i++) {
        spk__spark_submit_command__conf_files_entry__init(&entries[i]);
        entries[i].key = job->conf_files[i].key;
        entries[i].has_value = 1;
        entries[i].value = bytes_of(job->conf_files[i].value,
                                    job->conf_file_lengths ? job->conf_file_lengths[i]
                                                           : strlen(job->conf_files[i].value));
        list[i] = &entries[i];
    }
    packed->command.n_conf_files = n;
    packed->command.conf_files = list;
    return true;
}

static bool fill_command(const struct sparksubmit_job *job, struct spk_packed *packed,
                         struct sparksubmit_error *error)
{
    Spk__SparkSubmitCommand *command = &packed->command;

    spk__spark_submit_command__init(command);
    command->n_args = job->n_arguments;
    command->args = (const char **)(uintptr_t)job->arguments;
    if (job->driver_template) {
        command->has_driver_pod_template_text = 1;
        command->driver_pod_template_text =
            bytes_of(job->driver_template, job->driver_template_length);
    }
    if (job->executor_template) {
        command->has_executor_pod_template_text = 1;
        command->executor_pod_template_text =
            bytes_of(job->executor_template, job->executor_template_length);
    }
    if ((job->n_environment && !add_environment(job, packed)) ||
        (job->n_properties && !add_properties(job, packed)) ||
        (job->n_conf_files && !add_conf_files(job, packed))) {
        spk_request_free(packed);
        return spk_error_set(error, GRPC_STATUS_RESOURCE_EXHAUSTED, "", "out of memory");
    }
    return true;
}

static bool check_job(const struct sparksubmit_job *job, struct sparksubmit_error *error)
{
    if (!job->manifest == !job->n_arguments)
        return refuse(error, "give either a manifest or arguments");
    if (job->manifest && (job->driver_template || job->executor_template))
        return refuse(error, "templates belong to arguments; a manifest carries its own");
    if (job->manifest && (job->n_environment || job->n_conf_files || job->n_properties))
        return refuse(error, "environment, files and properties belong to arguments; for a "
                             "manifest the server has its own");
    return true;
}

/* ---- choices: a row per value; what is none of them is the server's default ---- */

#define N(array) (sizeof(array) / sizeof((array)[0]))

static Spk__PodMutation pod_mutation(enum sparksubmit_choice choice)
{
    static const Spk__PodMutation values[] = {
        [SPARKSUBMIT_CHOICE_DEFAULT] = SPK__POD_MUTATION__POD_MUTATION_UNSPECIFIED,
        [SPARKSUBMIT_CHOICE_NONE] = SPK__POD_MUTATION__POD_MUTATION_NONE,
        [SPARKSUBMIT_CHOICE_DO] = SPK__POD_MUTATION__POD_MUTATION_NATIVE,
        [SPARKSUBMIT_CHOICE_AUTO] = SPK__POD_MUTATION__POD_MUTATION_AUTO,
    };
    _Static_assert(N(values) == SPARKSUBMIT_CHOICE_AUTO + 1, "a row per choice");

    return (size_t)choice < N(values) ? values[choice] : values[SPARKSUBMIT_CHOICE_DEFAULT];
}

static Spk__ControllerSteps controller_steps(enum sparksubmit_choice choice)
{
    static const Spk__ControllerSteps values[] = {
        [SPARKSUBMIT_CHOICE_DEFAULT] = SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_UNSPECIFIED,
        [SPARKSUBMIT_CHOICE_NONE] = SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_NONE,
        [SPARKSUBMIT_CHOICE_DO] = SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_APPLY,
        [SPARKSUBMIT_CHOICE_AUTO] = SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_UNSPECIFIED,
    };
    _Static_assert(N(values) == SPARKSUBMIT_CHOICE_AUTO + 1, "a row per choice");

    return (size_t)choice < N(values) ? values[choice] : values[SPARKSUBMIT_CHOICE_DEFAULT];
}

/*
 * 128 random bits: one key per logical call, the same in all its tries. The library has no
 * code of lib/, so that it stays small and its names are its own; so it reads the kernel's
 * numbers by itself.
 */
static bool generate_key(char key[33], struct sparksubmit_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[16];
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, random, sizeof(random));

    if (fd >= 0)
        (void)close(fd);
    if (length != (ssize_t)sizeof(random))
        return spk_error_set(error, GRPC_STATUS_INTERNAL, "INTERNAL_ERROR",
                             "no random bytes for an idempotency key");
    for (size_t i = 0; i < sizeof(random); i++) {
        key[2 * i] = digits[random[i] >> 4];
        key[2 * i + 1] = digits[random[i] & 15];
    }
    key[32] = '\0';
    return true;
}

static bool is_given(const char *text)
{
    return text && *text;
}

static bool fill_key(const struct sparksubmit_submit *request, struct spk_packed *out,
                     struct sparksubmit_error *error)
{
    out->submit.idempotency_key = request->idempotency_key;
    out->submit.default_idempotency_key = request->default_idempotency_key;
    if (!is_given(request->idempotency_key) && !is_given(request->default_idempotency_key)) {
        if (!generate_key(out->key, error))
            return false;
        out->submit.default_idempotency_key = out->key;
    }
    out->submit.submission_id = request->submission_id;
    return true;
}

bool spk_request_submit(const struct sparksubmit_submit *request, struct spk_packed *out,
                        struct sparksubmit_error *error)
{
    Spk__SubmitRequest *submit = &out->submit;

    memset(out, 0, sizeof(*out));
    spk__submit_request__init(submit);
    if (!check_job(&request->job, error) || !fill_key(request, out, error))
        return false;
    submit->spark_version = request->spark_version;
    submit->has_require_submission_id = submit->require_submission_id =
        request->require_submission_id;
    submit->has_validate_only = submit->validate_only = request->validate_only;
    submit->has_default_fields = request->skip_defaults;
    submit->has_pod_mutation = 1;
    submit->pod_mutation = pod_mutation(request->pod_mutation);
    submit->has_controller_steps = 1;
    submit->controller_steps = controller_steps(request->controller_steps);
    if (request->job.manifest) {
        submit->payload_case = SPK__SUBMIT_REQUEST__PAYLOAD_MANIFEST;
        submit->manifest = bytes_of(request->job.manifest, request->job.manifest_length);
        return true;
    }
    submit->payload_case = SPK__SUBMIT_REQUEST__PAYLOAD_COMMAND;
    submit->command = &out->command;
    return fill_command(&request->job, out, error);
}

static bool fill_stage(enum sparksubmit_render_stage stage, Spk__RenderRequest *render,
                       struct sparksubmit_error *error)
{
    static const Spk__RenderStage stages[] = {
        [SPARKSUBMIT_RENDER_OBJECTS] = SPK__RENDER_STAGE__RENDER_STAGE_OBJECTS,
        [SPARKSUBMIT_RENDER_SUBMISSION] = SPK__RENDER_STAGE__RENDER_STAGE_SUBMISSION,
        [SPARKSUBMIT_RENDER_APPLICATION] = SPK__RENDER_STAGE__RENDER_STAGE_APPLICATION,
    };
    _Static_assert(N(stages) == SPARKSUBMIT_RENDER_APPLICATION + 1, "a row per stage");

    if ((size_t)stage >= N(stages))
        return refuse(error, "the stage is none of enum sparksubmit_render_stage");
    render->has_stage = 1;
    render->stage = stages[stage];
    return true;
}

bool spk_request_render(const struct sparksubmit_render_request *request,
                        struct spk_packed *out, struct sparksubmit_error *error)
{
    Spk__RenderRequest *render = &out->render;

    memset(out, 0, sizeof(*out));
    spk__render_request__init(render);
    if (!check_job(&request->job, error) || !fill_stage(request->stage, render, error))
        return false;
    render->idempotency_key = request->idempotency_key;
    render->submission_id = request->submission_id;
    render->spark_version = request->spark_version;
    render->has_plain = render->plain = request->plain;
    render->has_default_fields = request->skip_defaults;
    render->has_format = 1;
    render->format = SPK__RENDER_FORMAT__RENDER_FORMAT_JSON;
    render->has_pod_mutation = 1;
    render->pod_mutation = pod_mutation(request->pod_mutation);
    render->has_controller_steps = 1;
    render->controller_steps = controller_steps(request->controller_steps);
    if (request->job.manifest) {
        render->payload_case = SPK__RENDER_REQUEST__PAYLOAD_MANIFEST;
        render->manifest = bytes_of(request->job.manifest, request->job.manifest_length);
        return true;
    }
    render->payload_case = SPK__RENDER_REQUEST__PAYLOAD_COMMAND;
    render->command = &out->command;
    return fill_command(&request->job, out, error);
}

void spk_request_free(struct spk_packed *packed)
{
    free(packed->environment);
    free(packed->environment_list);
    free(packed->properties);
    free(packed->properties_list);
    free(packed->files);
    free(packed->files_list);
    packed->environment = packed->environment_list = NULL;
    packed->properties = packed->properties_list = NULL;
    packed->files = packed->files_list = NULL;
}
