/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A misspelt member, planted at every level of every embedded Kubernetes object of the
 * application, once for each field that the level has.
 */
#include "application/application.h"
#include "application/embedded.h"
#include "application/field.h"

#include "base/file.h"
#include "base/limits.h"
#include "kubernetes/schema/schema.h"
#include "kubernetes/schema/schema_table.h"
#include "json/write.h"

#include "test.h"

static const struct spk_application_options refuse = {.apply_defaults = true};
static const struct spk_application_options warn = {.apply_defaults = true,
                                                    .warn_unknown_fields = true};

/* One step of the way from the application to the level of the plant. */
struct step {
    const struct step *up;
    const ProtobufCFieldDescriptor *field; /* of a message, or ... */
    const struct spk_field *member;        /* ... of a Kubernetes type */
};

static struct {
    size_t planted, hinted, templates;
} count;

/* The object at the end of the way, put into what is above it. */
static cJSON *wrap(struct spk_arena *arena, const struct spk_field *member, cJSON *object)
{
    cJSON *parent = spk_json_new_object(arena);

    if (member->shape == LIST)
        (void)spk_json_push(spk_json_list(parent, member->name), object);
    else if (member->shape == MAP)
        (void)spk_json_set(spk_json_child(parent, member->name), "k", object);
    else
        (void)spk_json_set(parent, member->name, object);
    return parent;
}

static void put(struct spk_arena *arena, ProtobufCMessage *message,
                const ProtobufCFieldDescriptor *field, void *value)
{
    void **list = spk_alloc_array(arena, 1, sizeof(*list));

    *list = value;
    if (!spk_field_is_repeated(field)) {
        *(void **)spk_field_value(message, field) = value;
        return;
    }
    *(void ***)spk_field_value(message, field) = list;
    *spk_field_count(message, field) = 1;
}

/* The application that holds object at the end of the way. */
static Spk__SparkApplication *build(struct spk_arena *arena, const struct step *last,
                                    cJSON *object)
{
    const struct step *at = last;

    for (; at->member; at = at->up)
        object = wrap(arena, at->member, object);
    void *value = spk_struct_new(arena, object);
    for (; at; at = at->up) {
        const ProtobufCMessageDescriptor *parent =
            at->up ? at->up->field->descriptor : &spk__spark_application__descriptor;
        ProtobufCMessage *message = spk_message_new(arena, parent);

        put(arena, message, at->field, value);
        value = message;
    }
    return value;
}

static const char *path_of(struct spk_arena *arena, const struct step *step)
{
    const char *up = step->up ? path_of(arena, step->up) : "";
    const char *dot = *up ? "." : "", *tail = "";

    if (step->member ? step->member->shape == LIST : spk_field_is_repeated(step->field))
        tail = "[0]";
    else if (step->member && step->member->shape == MAP)
        tail = ".[k]";
    return step->member ? spk_printf(arena, "%s%s%s%s", up, dot, step->member->name, tail)
                        : spk_printf(arena, "%s%s%s%s", up, dot,
                                     spk_field_json_name(step->field).text, tail);
}

static bool check(struct spk_arena *arena, Spk__SparkApplication *typed, const char *manifest,
                  const struct spk_application_options *options, struct spk_warnings *warnings,
                  struct spk_err *err)
{
    *warnings = (struct spk_warnings){0};
    *err = (struct spk_err){0};
    if (manifest && !spk_application_read(arena, manifest, strlen(manifest), options, &typed,
                                          warnings, err))
        return false;
    return spk_application_check(arena, typed, options, warnings, err);
}

static bool expect(bool good, const char *path, const char *form, const char *found)
{
    CU_ASSERT(good);
    if (!good)
        fprintf(stderr, "\n%s (%s): %s\n", path, form, found);
    return good;
}

/* As typed message and as manifest: refused by name, or warned of. */
static void check_plant(const struct step *last, const char *name, const char *known,
                        bool in_template)
{
    for (int form = 0; form < 2; form++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        const char *path = spk_printf(&arena, "%s.%s", path_of(&arena, last), name);
        const char *start = spk_printf(&arena, "unknown field '%s'", name);
        const char *hint = spk_printf(&arena, "; did you mean '%s'?", known);
        const char *label = form ? "manifest" : "typed", *manifest = NULL;
        cJSON *object = spk_json_new_object(&arena);
        struct spk_warnings warnings;
        struct spk_err err;

        spk_json_text(object, name, "x");
        Spk__SparkApplication *typed = build(&arena, last, object);
        if (form)
            manifest = spk_json_write(&arena, spk_application_tree(&arena, typed));
        if (!in_template) {
            CU_ASSERT_FALSE(check(&arena, typed, manifest, &refuse, &warnings, &err));
            if (!expect(err.reason == SPK_UNKNOWN_FIELD && !strcmp(err.field, path) &&
                            spk_starts_with(err.text, start),
                        path, label, err.text))
                return;
            bool hinted = strstr(err.text, "did you mean") != NULL;
            CU_ASSERT(!hinted || spk_ends_with(err.text, hint));
            count.hinted += hinted;
        }
        (void)check(&arena, typed, manifest, in_template ? &refuse : &warn, &warnings, &err);
        expect(err.reason != SPK_UNKNOWN_FIELD && warnings.n == 1 &&
                   !strcmp(warnings.items[0].code, "UNKNOWN_FIELD_IGNORED") &&
                   !strcmp(warnings.items[0].field, path) &&
                   spk_starts_with(warnings.items[0].message, start),
               path, label, warnings.n ? warnings.items[0].field : "no warning");
        CU_ASSERT(form || !spk_json_get(object, name)); /* pruned */
        count.planted++;
        count.templates += in_template;
    }
}

static void plant_below(const struct step *last, const struct spk_type *type, bool in_template)
{
    for (size_t i = 0; i < type->n; i++) {
        char name[64];
        const struct step below = {.up = last, .member = &type->fields[i]};

        (void)snprintf(name, sizeof(name), "%sq", type->fields[i].name);
        check_plant(last, name, type->fields[i].name, in_template);
        if (type->fields[i].kind == OBJECT &&
            strcmp(type->fields[i].name, "managedFields") != 0)
            plant_below(&below, &spk_types[type->fields[i].type], in_template);
    }
}

static void plant_in(const struct step *up, const ProtobufCMessageDescriptor *message)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        const struct step step = {.up = up, .field = field};
        const char *type = spk_embedded_type(field);

        if (type)
            plant_below(&step, spk_type_find(type), !strcmp(type, "PodTemplateSpec"));
        else if (spk_field_is_message(field) && !spk_field_is_struct(field) &&
                 !spk_field_is_map(field))
            plant_in(&step, field->descriptor);
    }
}

static void print_count(void)
{
    printf("%zu misspelt members, %zu of them in templates, %zu hints\n", count.planted,
           count.templates, count.hinted);
}

static void test_a_misspelt_member_at_every_level_is_named(void)
{
    plant_in(NULL, &spk__spark_application__descriptor);
    (void)atexit(print_count); /* not between the test's name and its verdict */
    CU_ASSERT(count.planted > 5000);
    CU_ASSERT(count.hinted * 10 > (count.planted - count.templates) * 9);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted fields of the refusal of a manifest, "" if it is taken. */
static const char *refused_fields(struct spk_arena *arena, const char *manifest)
{
    struct spk_strings fields = {0};
    struct spk_warnings warnings;
    struct spk_err err;

    if (check(arena, NULL, manifest, &refuse, &warnings, &err))
        return "";
    CU_ASSERT_EQUAL(err.reason, SPK_UNKNOWN_FIELD);
    spk_strings_add(arena, &fields, err.field);
    for (const struct spk_violation *each = err.violations; each; each = each->next)
        spk_strings_add(arena, &fields, each->field);
    qsort(fields.items, fields.n, sizeof(*fields.items), compare_texts);
    return spk_join(arena, fields.items, fields.n, "\t");
}

static void test_the_same_are_named_as_by_the_api_server(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_err err = {0};
    struct spk_bytes file;

    CU_ASSERT_FATAL(
        spk_file_read(&arena, SPK_VECTORS "/unknown-fields.tsv", SPK_MIB(1), &file, &err));
    struct spk_strings lines = spk_split(&arena, file.data, '\n');
    for (size_t i = 0; i + 1 < lines.n; i++) {
        char *fields = spk_strdup(&arena, strchr(lines.items[i], '\t') + 1);
        char *manifest = spk_strdup(&arena, lines.items[i]);

        *strchr(manifest, '\t') = '\0';
        SPK_ASSERT_TEXT(refused_fields(&arena, manifest), fields);
    }
    CU_ASSERT_EQUAL(lines.n - 1, 74);
}

static void test_more_than_are_kept_are_counted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_buf manifest = {.arena = &arena};
    struct spk_warnings warnings;
    struct spk_err err;

    spk_buf_text(&manifest, "{\"metadata\":{\"name\":\"a\"");
    for (unsigned i = 0; i < SPK_MAX_VIOLATIONS + 5; i++)
        spk_buf_printf(&manifest, ",\"x%u\":1", i);
    spk_buf_text(&manifest, "}}");
    CU_ASSERT_FALSE(check(&arena, NULL, spk_buf_string(&manifest), &refuse, &warnings, &err));
    SPK_ASSERT_TEXT(err.text, "unknown field 'x0'; 5 more fields are wrong than are listed");
    (void)check(&arena, NULL, spk_buf_string(&manifest), &warn, &warnings, &err);
    CU_ASSERT_EQUAL_FATAL(warnings.n, SPK_MAX_VIOLATIONS + 1);
    SPK_ASSERT_TEXT(warnings.items[SPK_MAX_VIOLATIONS].message,
                    "5 more unknown fields are ignored");
}

/* What is only warned of takes no room from what is refused. */
static void test_warnings_of_a_template_hide_no_refusal(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_buf manifest = {.arena = &arena};
    struct spk_warnings warnings;
    struct spk_err err;

    spk_buf_text(&manifest, "{\"metadata\":{\"name\":\"a\"},\"spec\":{"
                            "\"driver\":{\"template\":{\"y\":1");
    for (unsigned i = 0; i < SPK_MAX_VIOLATIONS + 5; i++)
        spk_buf_printf(&manifest, ",\"x%u\":1", i);
    spk_buf_text(&manifest, "},\"env\":[{\"valeu\":\"a\"}]}}}");
    CU_ASSERT_FALSE(check(&arena, NULL, spk_buf_string(&manifest), &refuse, &warnings, &err));
    SPK_ASSERT_TEXT(err.field, "spec.driver.env[0].valeu");
}

/* What has another type is no message, and is passed over. */
static void test_what_cannot_be_read_is_told_beside_what_is_unknown(void)
{
    static const char manifest[] =
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"driver\":{\"ports\":[1,{\"nam\":\"a\"}],"
        "\"envSecretKeyRefs\":{\"A\":1},\"env\":[2,{\"valeu\":\"a\"}]}}}";
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_strings fields = {0};
    struct spk_warnings warnings;
    struct spk_err err;

    CU_ASSERT_FALSE(check(&arena, NULL, manifest, &refuse, &warnings, &err));
    spk_strings_add(&arena, &fields, err.field);
    for (const struct spk_violation *each = err.violations; each; each = each->next)
        spk_strings_add(&arena, &fields, each->field);
    qsort(fields.items, fields.n, sizeof(*fields.items), compare_texts);
    SPK_ASSERT_TEXT(
        spk_join(&arena, fields.items, fields.n, "\n"),
        "spec.driver.envSecretKeyRefs[A]\nspec.driver.env[0]\n"
        "spec.driver.env[1].valeu\nspec.driver.ports[0]\nspec.driver.ports[1].nam");
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_cannot_be_read_is_told_beside_what_is_unknown),
    SPK_TEST(warnings_of_a_template_hide_no_refusal),
    SPK_TEST(the_same_are_named_as_by_the_api_server),
    SPK_TEST(more_than_are_kept_are_counted),
    SPK_TEST(a_misspelt_member_at_every_level_is_named),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("unknown", tests)
