/* SPDX-License-Identifier: Apache-2.0 */
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Computes pi on executors and says what its configuration holds: Pi SLICES. */
public final class Pi {
  public static void main(String[] arguments) {
    int slices = Integer.parseInt(arguments[0]);
    SparkConf conf = new SparkConf();
    try (JavaSparkContext context = new JavaSparkContext(conf)) {
      List<Integer> seeds = new ArrayList<>();
      for (int i = 0; i < slices; i++) {
        seeds.add(i);
      }
      int inside = context.parallelize(seeds, slices).map(Pi::hits).reduce(Integer::sum);
      System.out.println("Pi is roughly " + 4.0 * inside / (slices * SAMPLES));
      System.out.println("marker is <" + conf.get("spark.test.marker") + ">");
      System.out.println("master is " + conf.get("spark.master"));
    }
  }

  private static final int SAMPLES = 100_000;

  private static int hits(int seed) {
    Random random = new Random(seed);
    int hits = 0;
    for (int i = 0; i < SAMPLES; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      hits += x * x + y * y <= 1 ? 1 : 0;
    }
    return hits;
  }

  private Pi() {}
}
