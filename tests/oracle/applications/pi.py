# SPDX-License-Identifier: Apache-2.0
"""Computes pi on executors and says what its configuration holds: pi.py SLICES"""

import random
import sys

from pyspark import SparkContext

SAMPLES = 20000


def hits(seed):
    draw = random.Random(seed)
    return sum(draw.random() ** 2 + draw.random() ** 2 <= 1 for _ in range(SAMPLES))


if __name__ == "__main__":
    slices = int(sys.argv[1])
    context = SparkContext()
    inside = context.parallelize(range(slices), slices).map(hits).sum()
    print("Pi is roughly %f" % (4.0 * inside / (slices * SAMPLES)))
    print("marker is <%s>" % context.getConf().get("spark.test.marker"))
    print("master is %s" % context.master)
    context.stop()
