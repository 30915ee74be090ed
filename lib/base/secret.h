/* SPDX-License-Identifier: Apache-2.0 */
/** secret.h: what must not be shown, or should not be where many can read it. */
#pragma once

#include <stdbool.h>

#define SPK_HIDDEN "*** (redacted)"

/** Whether values under such a name are not to be quoted: "db.password", "API_TOKEN". */
bool spk_is_secret_name(const char *name);

/** Whether a text holds one: "-Dpassword=...", "https://user:...@host". */
bool spk_holds_secret(const char *text);

/** Put "***" in the place of each of those, in place: the text does not grow. */
void spk_hide_secrets(char *text);
