/* SPDX-License-Identifier: Apache-2.0 */
/* Stands before the getaddrinfo of the C library, which libcurl calls in threads of its own.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "mute_names.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int waiting;
static unsigned turn; /* an end answers the questions of its turn */

static void wait_for_the_end(void)
{
    (void)pthread_mutex_lock(&mutex);
    unsigned mine = turn;
    waiting++;
    while (mine == turn)
        (void)pthread_cond_wait(&changed, &mutex);
    waiting--;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

__attribute__((visibility("default"))) /* seen by libcurl */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    if (name && strcmp(name, MUTE_NAME) == 0) {
        wait_for_the_end();
        return EAI_AGAIN;
    }
    memcpy(&real, &symbol, sizeof(real));
    return real(name, service, hints, out);
}

int mute_names_waiting(void)
{
    (void)pthread_mutex_lock(&mutex);
    int n = waiting;
    (void)pthread_mutex_unlock(&mutex);
    return n;
}

void mute_names_end(void)
{
    (void)pthread_mutex_lock(&mutex);
    turn++;
    (void)pthread_cond_broadcast(&changed);
    while (waiting)
        (void)pthread_cond_wait(&changed, &mutex);
    (void)pthread_mutex_unlock(&mutex);
}
