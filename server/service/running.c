/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that wait for the API server, so that the end of the server reaches them. */
#include "service/service.h"

void spk_running_enter(struct spk_running *running, struct spk_operation *operation)
{
    bool was_empty;

    running->operation = operation;
    spk_operation_hold(operation);
    (void)spk_queue_put(operation->service->running, &running->item, &was_empty);
}

/* The list's reference is dropped by the one that takes the operation off the list. */
void spk_running_leave(struct spk_running *running)
{
    struct spk_operation *operation = running->operation;

    if (spk_queue_remove(operation->service->running, &running->item))
        spk_operation_drop(operation);
}

void spk_service_cancel_all(const struct spk_service *service)
{
    struct spk_queue_item *item = spk_queue_take_all(service->running), *next;

    for (; item; item = next) {
        struct spk_operation *operation = ((struct spk_running *)(void *)item)->operation;

        next = item->next;
        spk_operation_cancel(operation);
        spk_operation_drop(operation);
    }
}
