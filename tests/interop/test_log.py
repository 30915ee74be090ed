#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log: nobody who reads it, lines that repeat themselves, requests to the API server."""

import concurrent.futures
import signal
import sys
import unittest

from server import Client, Server, application

SUBMISSIONS = 600


def submit_many(server):
    """Names of the drivers of SUBMISSIONS applications."""
    clients = [Client(server) for _ in range(8)]

    def submit(i):
        app = application()
        app["metadata"]["name"] = f"unread-{i}"
        return clients[i % 8].submit(app, timeout=60).driver_pod_name

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        names = set(threads.map(submit, range(SUBMISSIONS)))
    for client in clients:
        client.close()
    return names


class NobodyReads(unittest.TestCase):
    def test_every_call_is_answered_and_the_process_ends(self):
        server = Server("--log-level=debug", read_log=False)
        self.assertEqual(len(submit_many(server)), SUBMISSIONS)
        client = Client(server)
        self.assertEqual(client.health(), 1)
        client.close()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(20), 0)
        server.stop(ask=False)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
