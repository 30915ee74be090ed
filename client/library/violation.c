/* SPDX-License-Identifier: Apache-2.0 */
#include "library/violation.h"

void spk_error_add_violation(struct sparksubmit_error *error, const char *field,
                             const char *description)
{
    char *at = error->violations, *end = at + sizeof(error->violations);
    size_t field_size = strlen(field) + 1, text_size = strlen(description) + 1;
    const char *known_field, *text;

    for (size_t i = 0; sparksubmit_error_violation(error, i, &known_field, &text); i++)
        at = error->violations + (text - error->violations) + strlen(text) + 1;
    /* The bytes behind the last violation stay an empty field. */
    if (field_size == 1 || field_size + text_size + 1 > (size_t)(end - at))
        return;
    memcpy(at, field, field_size);
    memcpy(at + field_size, description, text_size);
    at[field_size + text_size] = '\0';
}
