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
    struct sparksubmit_client_config config = {.size = sizeof(config)};
    struct sparksubmit_submit request = {.size = sizeof(request)};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    if (argc != 3)
        return 2;
    config.target = argv[1];
    request.spark_version = argv[2];
    request.job.manifest = manifest;
    request.job.manifest_length = fread(manifest, 1, sizeof(manifest), stdin);
    if (!sparksubmit_client_open(&client, &config, &error) ||
        !sparksubmit_client_submit(client, &request, 10000, &result, &error)) {
        fprintf(stderr, "%d %s %s: %s\n", error.code, error.reason, error.field, error.text);
        sparksubmit_client_close(client);
        return 1;
    }
    printf("%s %s adopted=%s\n",
           sparksubmit_result_text(result, SPARKSUBMIT_FIELD_DRIVER_POD_NAME),
           sparksubmit_result_text(result, SPARKSUBMIT_FIELD_DRIVER_POD_UID),
           sparksubmit_result_text(result, SPARKSUBMIT_FIELD_ADOPTED));
    sparksubmit_result_free(result);
    sparksubmit_client_close(client);
    return 0;
}
