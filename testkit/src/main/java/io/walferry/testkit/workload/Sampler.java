package io.walferry.testkit.workload;

import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Draws a value in PostgreSQL's text input, or NULL. */
@FunctionalInterface
interface Sampler {
  int NULL_PERCENT = 12;

  Optional<String> draw(Random random);

  static Sampler oneOf(List<String> values) {
    List<String> known = List.copyOf(values);
    return random ->
        random.nextInt(100) < NULL_PERCENT
            ? Optional.empty()
            : Optional.of(known.get(random.nextInt(known.size())));
  }

  static Sampler oneOf(String... values) {
    return oneOf(List.of(values));
  }

  /** Mostly awkward text, sometimes random code points of all planes. */
  static Sampler text() {
    Sampler awkward = oneOf(AwkwardText.VALUES);
    return random ->
        random.nextInt(4) == 0
            ? Optional.of(AwkwardText.codePoints(random, random.nextInt(60)))
            : awkward.draw(random);
  }

  /** Long enough to be stored out of line. */
  static Sampler largeText() {
    return random -> Optional.of(AwkwardText.ascii(random, largeLength(random)));
  }

  static Sampler largeBytes() {
    return random -> Optional.of("\\x" + "5c00ff".repeat(largeLength(random) / 3));
  }

  private static int largeLength(Random random) {
    int kibibytes = random.nextInt(10) == 0 ? 100 : 4 + random.nextInt(16);
    return kibibytes * 1024;
  }
}
