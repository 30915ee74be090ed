/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/templates.h"

#include "kubernetes/schema/schema.h"

static cJSON *empty_template(const struct spk_working_copy *draft, const struct spk_role *role)
{
    cJSON *template_ = spk_json_new_object(draft->arena);
    cJSON *spec, *container;

    (void)spk_json_child(template_, "metadata");
    spec = spk_json_child(template_, "spec");
    container = spk_json_push_object(spk_json_list(spec, "containers"));
    spk_json_text(container, "name",
                  spk_printf(draft->arena, "spark-kubernetes-%s", role->name));
    (void)spk_json_child(container, "resources");
    return template_;
}

static void add_owner(cJSON *template_, cJSON *owner)
{
    cJSON *owners = spk_json_list(spk_json_child(template_, "metadata"), "ownerReferences");

    SPK_JSON_EACH (item, owners)
        if (spk_json_equal(item, owner))
            return;
    (void)spk_json_push(owners, owner);
}

bool spk_template_make(const struct spk_working_copy *draft, const struct spk_role *role,
                       bool is_owned, cJSON **out, struct spk_err *err)
{
    cJSON *template_ = NULL;

    if (!role->has_template)
        template_ = empty_template(draft, role);
    else if (!spk_schema_go(draft->arena, spk_type_find("PodTemplateSpec"), role->template_,
                            &template_, err))
        return spk_fail_in(err, "%s.template", role->path);
    cJSON *owner = spk_working_copy_owner(draft, spk_text_equal(role->name, "driver"));
    if (owner && is_owned)
        add_owner(template_, owner);
    *out = template_;
    return true;
}
