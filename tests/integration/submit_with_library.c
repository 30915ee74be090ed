/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of a stranger: it knows the public header and links libsparksubmit, nothing else.
 * submit_with_library TARGET SPARK_VERSION < MANIFEST
 */
#include <sparksubmit/client.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static char manifest[1 << 20];
    struct spk_client_config config = {.size = sizeof(config)};
    struct spk_submit request = {.size = sizeof(request)};
    struct spk_client *client = NULL;
    struct spk_result *result = NULL;
    struct spk_error error;

    if (argc != 3)
        return 2;
    config.target = argv[1];
    request.spark_version = argv[2];
    request.job.manifest = manifest;
    request.job.manifest_length = fread(manifest, 1, sizeof(manifest), stdin);
    if (!spk_client_open(&client, &config, &error) ||
        !spk_client_submit(client, &request, 10000, &result, &error)) {
        fprintf(stderr, "%d %s %s: %s\n", error.code, error.reason, error.field, error.text);
        spk_client_close(client);
        return 1;
    }
    printf("%s %s adopted=%s\n", spk_result_text(result, SPK_FIELD_DRIVER_POD_NAME),
           spk_result_text(result, SPK_FIELD_DRIVER_POD_UID),
           spk_result_text(result, SPK_FIELD_ADOPTED));
    spk_result_free(result);
    spk_client_close(client);
    return 0;
}
