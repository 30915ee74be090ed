/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limits.h: the limits of the product, with their reasons; limits.md is made of it. Numbers
 * that only one algorithm knows, such as the steps of a back-off, stand in its file.
 */
#pragma once

#define SPK_KIB(n) ((size_t)(n)*1024)
#define SPK_MIB(n) ((size_t)(n)*1024 * 1024)

/* Input: an application is a few KiB; etcd holds 1.5 MiB per object. */
#define SPK_MAX_REQUEST SPK_MIB(2) /* gRPC request, REST body, manifest */
#define SPK_MAX_CORE_REQUEST                                                                  \
    SPK_MIB(4) /* what the gRPC core takes: the program refuses before it does */
#define SPK_MAX_RESPONSE       3670016U    /* below the 4 MiB default of gRPC clients */
#define SPK_MAX_METADATA       SPK_KIB(16) /* request metadata of one call */
#define SPK_MAX_METADATA_ITEMS 64U
#define SPK_MAX_METADATA_VALUE SPK_KIB(8)
#define SPK_MAX_WIRE_DEPTH     100U /* one JSON level costs up to three message levels */
#define SPK_MAX_WIRE_MESSAGES                                                                 \
    60000U /* an empty sub-message costs 2 bytes on the wire, 64 here */
#define SPK_MAX_UNKNOWN        SPK_KIB(64) /* skipped unknown fields outside the application */
#define SPK_MAX_DEPTH          32U         /* JSON, YAML, Struct */
#define SPK_MAX_NODES          20000U      /* JSON, YAML, Struct */
#define SPK_MAX_KEYS           4096U       /* of one object or map */
#define SPK_MAX_ELEMENTS       10000U      /* of one list */
#define SPK_MAX_VIOLATIONS     32U         /* field errors told about one application */
#define SPK_MAX_ANNOTATIONS    SPK_KIB(256) /* Kubernetes: annotations of one object */
#define SPK_MAX_STRING         SPK_MIB(1)
#define SPK_MAX_ANCHORS        100U         /* of one pod template file */
#define SPK_MAX_PROPERTIES     8192U        /* of one properties file: real ones have dozens */
#define SPK_MAX_SUBSTITUTIONS  64U          /* a ${reference} whose value holds another ... */
#define SPK_MAX_ARGUMENTS      16384U       /* spark-submit's vector */
#define SPK_MAX_ARGUMENT_BYTES 1572864U     /* all of them: a command line is never larger */
#define SPK_MAX_APP_ARGUMENTS  4096U        /* of the application */
#define SPK_MAX_APP_ARGUMENT   SPK_KIB(128) /* Linux: MAX_ARG_STRLEN of the driver's exec */
#define SPK_MAX_APP_BYTES      SPK_MIB(1)
#define SPK_MAX_VARIABLES      SPK_MIB(2) /* the environment: Linux: an eighth of the stack */

/* Answers: warnings told of one code are at most what a person reads. */
#define SPK_MAX_WARNINGS_OF_CODE 64U

/* Memory */
#define SPK_ARENA_BYTES    SPK_MIB(16) /* of one call */
#define SPK_MAX_STEPS      10000000U   /* of one call: at 10 ns, a look into a list, 100 ms */
#define SPK_EXCHANGE_BYTES SPK_MIB(16) /* of a request to the API server and its answer */
#define SPK_ARENA_RESERVE                                                                     \
    12U /* a call and its exchanges reserve this many bytes per message byte ... */
#define SPK_ARENA_RESERVE_MIN SPK_KIB(128)
#define SPK_MMAP_THRESHOLD    SPK_KIB(512) /* blocks from this size on go back when freed ... */
#define SPK_TRIM_THRESHOLD    SPK_MIB(2) /* ... others when so much is free at the heap's end */
#define SPK_MEMORY_BUDGET                                                                     \
    SPK_MIB(256) /* of all calls, when no cgroup limit says otherwise                         \
                  */
#define SPK_MEMORY_BUDGET_MIN SPK_KIB(256) /* two calls */
#define SPK_MEMORY_BUDGET_MAX (1LL << 40)  /* a budget above that is a mistake */

/* Output: etcd refuses more than 1.5 MiB per request, a ConfigMap 1 MiB of data. */
#define SPK_MAX_CONFIGMAP SPK_KIB(1024 - 16)
#define SPK_MAX_OBJECT    SPK_KIB(1536 - 64)
#define SPK_MAX_OBJECTS   64U
#define SPK_MAX_CLAIMS    32U

/* API server */
#define SPK_MAX_REPLY         SPK_MIB(4)
#define SPK_MAX_REPLY_NODES   100000U /* a Pod has up to 1,000, a page of Pods 50 of them */
#define SPK_MAX_REPLY_HEADERS SPK_KIB(64)
#define SPK_MAX_STATUS_TEXT   2048U
#define SPK_PAGE_PODS         50U /* of one LIST: with all their values SPK_MAX_REPLY_NODES */
#define SPK_MAX_PAGES         40U /* of one query: 2,000 drivers */
#define SPK_PENDING_S         5   /* a driver that waits longer has its events asked for */
#define SPK_MAX_EVENTS        20U
#define SPK_KILL_CONFLICTS    10U   /* a Pod that changes between a look and its DELETE */
#define SPK_MAX_DIAGNOSES     16U   /* causes told of one driver: a Pod has few containers */
#define SPK_MAX_CAUSE_TEXT    1024U /* of Kubernetes' words about one of them */
#define SPK_MAX_CAUSES        64U   /* of a Status */
#define SPK_MAX_WARNINGS      16U   /* Warning headers of one answer */
#define SPK_MAX_WARNING_TEXT  256U
#define SPK_MAX_LEFT_FIELDS   64U /* named one by one as left to the operator's webhook */
#define SPK_MAX_KUBE_BODY     SPK_KIB(3 * 1024 - 64)
#define SPK_MAX_HEADER_VALUE  SPK_KIB(8)
#define SPK_MAX_KUBECONFIG    SPK_MIB(1)
#define SPK_MAX_TOKEN         SPK_KIB(64)
#define SPK_MAX_CA            SPK_MIB(1)
#define SPK_MAX_EXEC_OUTPUT   SPK_MIB(1) /* an ExecCredential: a token and two PEM texts */
#define SPK_EXEC_TIMEOUT_MS   30000      /* a login over the network, with a retry or two */
#define SPK_KUBE_INFLIGHT     64U
#define SPK_KUBE_CONNECT_MS   5000         /* until a connection stands, its TLS too */
#define SPK_KUBE_READ_MS      10000        /* an exchange that writes nothing */
#define SPK_MAX_STORE         SPK_MIB(256) /* objects of the API server in memory */
#define SPK_MAX_STORE_CHANGES 1024U        /* that it can still tell a watch of ... */
#define SPK_MAX_STORE_HISTORY SPK_MIB(4)   /* ... and their bytes */

/* API server: its connections */
#define SPK_KUBE_CONNECTIONS  2L  /* of 100 HTTP/2 streams each: more than INFLIGHT */
#define SPK_KUBE_CONNECTIONS1 25L /* HTTP/1.1: a request takes one, the rest waits */
#define SPK_MAX_WATCHES       256U
#define SPK_WATCH_CONNECTIONS 4L /* of 100 HTTP/2 streams each: more than MAX_WATCHES */
#define SPK_MAX_WATCH_EVENT   SPK_MIB(2) /* etcd holds 1.5 MiB per object */
#define SPK_WATCH_IDLE_MS     180000     /* bookmarks come about once a minute */

/* Janitor: gentle, since it only removes what nobody waits for. */
#define SPK_JANITOR_OBJECTS         100U /* deleted in one round */
#define SPK_JANITOR_INTERVAL_MS     600000
#define SPK_JANITOR_MIN_INTERVAL_MS 1000 /* a round lists all that is there */

/* Calls */
#define SPK_MAX_CALLS          1024U
#define SPK_MAX_CONNECTIONS    1024U
#define SPK_MAX_HEALTH_WATCHES 64U
#define SPK_WATCH_AGE_MS                                                                      \
    3600000 /* of one call that watches a driver; its client goes on with a new one */
#define SPK_MAX_REFLECTIONS     128U /* streams; health watches have places of their own */
#define SPK_LOOP_STUCK_MS       5000 /* health: a loop that does not go round is not alive */
#define SPK_DEFAULT_DEADLINE_MS 30000
#define SPK_MAX_DEADLINE_MS     120000
#define SPK_ANSWER_MARGIN_MS                                                                  \
    500 /* an answer is due before the deadline: 300 to reach the caller, 200 for a loop that \
           notices late that the time is up */
#define SPK_FIRST_ANSWER_MS 15000 /* tools: an API server never heard of is given up then */

#define SPK_UNREAD_MS 1000 /* after its deadline a call whose answer nobody reads ends */
#define SPK_LAST_ANSWER_MS                                                                    \
    5000 /* a stream that is over waits so long for its client to take the last answers */

/* Log */
#define SPK_LOG_RING SPK_KIB(256) /* lines that nobody has read yet: some 600 calls */
#define SPK_LOG_FLUSH_MS                                                                      \
    1000                     /* at the end: until what is still in the ring counts as unread */
#define SPK_LOG_REPEATED 5U  /* lines a minute of an event that repeats itself */
#define SPK_LOG_FAILED   60U /* rpc lines a minute of one method failing with one code */

/* Answers: trailers must pass 8 KiB header limits on the way. */
#define SPK_MAX_STATUS_DETAILS SPK_KIB(6)
#define SPK_MAX_STATUS_MESSAGE SPK_KIB(1)

/* Printed by the tools: one line of a log, one text of a table. */
#define SPK_MAX_PRINTED      SPK_KIB(16)
#define SPK_MAX_PRINTED_TEXT SPK_KIB(4)

/* The client library, reading a server's reply: protobuf-c recurses once per level and keeps
 * each field, known or not, in memory of its own. */
#define SPK_MAX_REPLY_DEPTH  16U     /* the deepest reply of the interface has 4 */
#define SPK_MAX_REPLY_FIELDS 200000U /* of up to some 100 bytes each; a reply has dozens */
