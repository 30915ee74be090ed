/* SPDX-License-Identifier: Apache-2.0 */
#include "library/request.h"

#include "test.h"

static void test_each_stage_has_its_number(void)
{
    static const struct {
        enum sparksubmit_render_stage stage;
        Spk__RenderStage sent;
    } cases[] = {
        {SPARKSUBMIT_RENDER_OBJECTS, SPK__RENDER_STAGE__RENDER_STAGE_OBJECTS},
        {SPARKSUBMIT_RENDER_SUBMISSION, SPK__RENDER_STAGE__RENDER_STAGE_SUBMISSION},
        {SPARKSUBMIT_RENDER_APPLICATION, SPK__RENDER_STAGE__RENDER_STAGE_APPLICATION},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sparksubmit_render_request request = {
            .size = sizeof(request),
            .job = {.manifest = "{}", .manifest_length = 2},
            .stage = cases[i].stage,
        };
        struct sparksubmit_error error;
        struct spk_packed packed;

        CU_ASSERT_FATAL(spk_request_render(&request, &packed, &error));
        CU_ASSERT_TRUE(packed.render.has_stage);
        CU_ASSERT_EQUAL(packed.render.stage, cases[i].sent);
        spk_request_free(&packed);
    }
}

static void test_another_stage_is_not_sent(void)
{
    const struct sparksubmit_render_request request = {
        .size = sizeof(request),
        .job = {.manifest = "{}", .manifest_length = 2},
        .stage = (enum sparksubmit_render_stage)3,
    };
    struct sparksubmit_error error;
    struct spk_packed packed;

    CU_ASSERT_FALSE(spk_request_render(&request, &packed, &error));
    SPK_ASSERT_TEXT(error.text, "the stage is none of enum sparksubmit_render_stage");
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_stage_has_its_number),
    SPK_TEST(another_stage_is_not_sent),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("client_request", tests)
