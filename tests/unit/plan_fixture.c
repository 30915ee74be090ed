/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_fixture.h"

#include <string.h>

#include "json/write.h"

#define ARENA_BYTES ((size_t)32 << 20)

void plan_fixture_set(struct plan_fixture *fixture, const char *setting)
{
    const char *equals = strchr(setting, '=');
    const char *key = spk_strndup(&fixture->arena, setting, (size_t)(equals - setting));

    spk_conf_set(&fixture->submission.conf, key, equals + 1,
                 spk_printf(&fixture->arena, "conf:%s", key));
}

void plan_fixture_init(struct plan_fixture *fixture, enum spk_line line)
{
    static const char *const settings[] = {
        "spark.app.name=app",
        "spark.master=k8s://https://api:6443",
        "spark.submit.deployMode=cluster",
        "spark.kubernetes.container.image=registry.example/spark:tag",
        "spark.jars=local:///opt/app/app.jar",
        "spark.submit.pyFiles=",
        "spark.app.submitTime=1764000000000",
    };

    *fixture = (struct plan_fixture){.arena = SPK_ARENA_LIMIT(ARENA_BYTES)};
    fixture->ids = (struct spk_ids){
        .application_id = "spark-0123456789abcdef0123456789abcdef",
        .unique_id = "aaaaaaaaaaaaaaaa",
        .conf_id = "cccccccccccccccc",
        .service_id = "5555555555555555",
        .pod_id = "aaaaaaaaaaaaaaaa",
        .local_dirs_id = "11111111-2222-4333-8444-555555555555",
        .submit_time_ms = "0",
    };
    fixture->submission = (struct spk_submission){
        .conf.arena = &fixture->arena,
        .main_class = "org.example.Main",
        .primary_resource = "local:///opt/app/app.jar",
        .version = {spk_profile_of(line), spk_line_reference(line)},
        .environment.user = "submitter",
    };
    for (size_t i = 0; i < SPK_LEN(settings); i++)
        plan_fixture_set(fixture, settings[i]);
}

void plan_fixture_done(struct plan_fixture *fixture)
{
    spk_arena_free(&fixture->arena);
}

bool plan_fixture_make(struct plan_fixture *fixture)
{
    return spk_plan_make(&fixture->arena, &fixture->submission, &fixture->ids, &fixture->plan,
                         &fixture->err);
}

static const cJSON *last_container(const struct spk_plan *plan)
{
    const cJSON *last = NULL;

    SPK_JSON_EACH (container, spk_json_at(plan->pod, "spec.containers"))
        last = container;
    return last;
}

static const cJSON *root_of(const struct spk_plan *plan, const char *name)
{
    if (strcmp(name, "container") == 0)
        return last_container(plan);
    for (size_t i = 0; i < plan->n; i++)
        if (strcmp(spk_object_kind(plan->objects[i].object), name) == 0)
            return plan->objects[i].object;
    return NULL;
}

static const cJSON *element(const cJSON *array, const char *index)
{
    int64_t wanted = 0, at = 0;

    if (!spk_parse_int64(index, &wanted))
        return NULL;
    SPK_JSON_EACH (item, array)
        if (at++ == wanted)
            return item;
    return NULL;
}

const char *plan_fixture_at(struct plan_fixture *fixture, const char *place)
{
    const char *path = strchr(place, ':') + 1;
    const char *name = spk_strndup(&fixture->arena, place, (size_t)(path - 1 - place));

    if (strcmp(name, "properties") == 0) {
        const char *value = spk_conf_get(&fixture->plan.properties, path);
        return value ? value : "";
    }
    const cJSON *node = root_of(&fixture->plan, name);
    struct spk_strings steps = spk_split(&fixture->arena, path, '.');
    for (size_t i = 0; node && *path && i < steps.n; i++)
        node = spk_json_is_array(node) ? element(node, steps.items[i])
                                       : spk_json_get(node, steps.items[i]);
    return node ? spk_json_write(&fixture->arena, node) : "";
}
