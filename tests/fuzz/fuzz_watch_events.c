/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The stream of a watch: the first byte is the size of the pieces in which the rest arrives.
 * Whatever the borders, the events and the end are those of the stream in one piece, and
 * memory is bounded and comes back.
 */
#include "apiserver/http/watch_events.h"
#include "base/limits.h"
#include "json/write.h"

#include "fuzz.h"

/* A stream as it was told. */
struct account {
    struct spk_arena arena;
    struct spk_buf told;
    struct spk_watch_reader reader;
    bool over;
};

static void tell(void *context, const struct spk_watch_event *event)
{
    struct account *account = context;

    SPK_PROMISE(event->type <= SPK_WATCH_BOOKMARK);
    SPK_PROMISE(spk_json_is_object(event->object));
    SPK_PROMISE(event->arena->used <= SPK_EXCHANGE_BYTES);
    SPK_PROMISE(event->version && spk_is_utf8(event->version, strlen(event->version)));
    spk_buf_printf(&account->told, "%d %s %s\n", event->type, event->version,
                   spk_json_write(event->arena, event->object));
}

static bool goes_on(void *context)
{
    (void)context;
    return false;
}

static void read_all(struct account *account, const char *data, size_t size, size_t piece)
{
    *account = (struct account){.arena = SPK_ARENA_LIMIT(SPK_MIB(256))};
    account->told.arena = &account->arena;
    account->reader = (struct spk_watch_reader){
        .on_event = tell, .is_over = goes_on, .context = account, .kept = &account->arena};
    for (size_t at = 0; at < size && !account->over; at += piece)
        account->over = !spk_watch_read(&account->reader, data + at,
                                        size - at < piece ? size - at : piece);
    SPK_PROMISE(account->reader.memory.used <= SPK_EXCHANGE_BYTES);
    if (account->over || spk_watch_is_between(&account->reader))
        SPK_PROMISE(account->reader.memory.used == 0);
    SPK_PROMISE(account->over == (account->reader.trouble || account->reader.code));
    SPK_PROMISE(!account->reader.code ||
                (account->reader.code >= 400 && account->reader.code < 600));
    if (account->over)
        spk_buf_printf(&account->told, "%s %s",
                       account->reader.trouble ? account->reader.trouble : "",
                       account->reader.status ? account->reader.status : "");
    else if (!spk_watch_is_between(&account->reader))
        spk_buf_text(&account->told, "cut");
    spk_watch_done(&account->reader);
    SPK_PROMISE(account->reader.memory.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct account whole, pieces;

    if (size < 1)
        return 0;
    read_all(&whole, (const char *)data + 1, size - 1, size);
    read_all(&pieces, (const char *)data + 1, size - 1, (size_t)data[0] + 1);
    SPK_PROMISE(!strcmp(spk_buf_string(&whole.told), spk_buf_string(&pieces.told)));
    spk_arena_free(&whole.arena);
    spk_arena_free(&pieces.arena);
    return 0;
}
