/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "base/text.h"

#include <openssl/sha.h>
#include <string.h>

const char *spk_sha256_hex(struct spk_arena *arena, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char *hex = spk_alloc(arena, SPK_SHA256_HEX + 1);

    (void)SHA256(bytes, length, digest);
    for (size_t i = 0; i < sizeof(digest); i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    return hex;
}

const char *spk_hash_fields(struct spk_arena *arena, const char *const *fields, size_t n)
{
    struct spk_buf buf = {.arena = arena};

    for (size_t i = 0; i < n; i++) {
        const char *field = fields[i] ? fields[i] : "";
        size_t length = strlen(field);
        char prefix[8];

        for (int byte = 0; byte < 8; byte++)
            prefix[byte] = (char)((uint64_t)length >> (8 * (7 - byte)));
        spk_buf_put(&buf, prefix, sizeof(prefix));
        spk_buf_put(&buf, field, length);
    }
    return spk_sha256_hex(arena, spk_buf_string(&buf), buf.length);
}
