/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/custom_resources.h"

#include <string.h>

#include "java/java_number.h"

#define PREFIX "spark.driver.resource."

static const char *setting(const struct spk_driver *driver, const char *name, const char *what)
{
    const char *key = spk_printf(driver->arena, PREFIX "%s.%s", name, what);

    return spk_conf_get(&driver->submission->conf, key);
}

/* Distinct names in the order of their keys. */
static bool read_names(const struct spk_driver *driver, struct spk_strings *names,
                       struct spk_err *err)
{
    size_t n = 0;
    const struct spk_conf_entry *entries =
        spk_conf_prefix(&driver->submission->conf, PREFIX, &n);

    for (size_t i = 0; i < n; i++) {
        const char *rest = entries[i].key + strlen(PREFIX), *dot = strchr(rest, '.');

        if (!dot)
            return spk_driver_refuse(
                err, driver, entries[i].key,
                "You must specify an amount config for resource: %.64s config: " PREFIX
                "%.64s",
                rest, rest);
        const char *name = spk_strndup(driver->arena, rest, (size_t)(dot - rest));
        /* Keys are sorted, so those of one name are neighbours. */
        if (names->n == 0 || strcmp(names->items[names->n - 1], name) != 0)
            spk_strings_add(driver->arena, names, name);
    }
    return true;
}

static bool read_amount(const struct spk_driver *driver, const char *name, int32_t *out,
                        struct spk_err *err)
{
    const char *amount = setting(driver, name, "amount");
    const char *key = spk_printf(driver->arena, PREFIX "%s.amount", name);

    if (!amount)
        return spk_driver_refuse(err, driver, key, "You must specify an amount for %.64s",
                                 name);
    /* Java's parseInt does not trim, spk_java_parse_int does. */
    if (!spk_text_equal(amount, spk_trim(driver->arena, amount)) ||
        !spk_java_parse_int(amount, out))
        return spk_driver_refuse(err, driver, key, "For input string: \"%.64s\"", amount);
    return true;
}

bool spk_driver_custom_resources(const struct spk_driver *driver, cJSON *limits,
                                 struct spk_err *err)
{
    struct spk_strings names = {0};

    if (!read_names(driver, &names, err))
        return false;
    int32_t *amounts = spk_alloc_array(driver->arena, names.n, sizeof(*amounts));
    for (size_t i = 0; i < names.n; i++)
        if (!read_amount(driver, names.items[i], &amounts[i], err))
            return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *vendor = setting(driver, names.items[i], "vendor");

        if (amounts[i] <= 0)
            continue;
        if (!vendor)
            return spk_driver_refuse(
                err, driver, spk_printf(driver->arena, PREFIX "%s.amount", names.items[i]),
                "Resource: %.64s was requested, but vendor was not specified.",
                names.items[i]);
        spk_json_text(limits, spk_printf(driver->arena, "%s/%s", vendor, names.items[i]),
                      spk_printf(driver->arena, "%d", amounts[i]));
    }
    return true;
}
