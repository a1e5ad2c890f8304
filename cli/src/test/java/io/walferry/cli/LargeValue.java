package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.time.Duration;

/**
 * A value that is a good part of the heap of the process that sends it.
 *
 * @param parts that it is made of as a text
 */
record LargeValue(int parts) {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(2));

  /** Has what COPY, statements and JSON escape, and a character of four bytes. */
  private static final String PART = "md5('x') || E'😀\\t\\\\\\n\\'\"'";

  private static final int PART_BYTES = 41;
  private static final int YOUNG_MIB = 64;

  int bytes() {
    return parts * PART_BYTES;
  }

  /** Returns SQL of a text. */
  String text() {
    return "repeat(%s, %d)".formatted(PART, parts);
  }

  /** Returns SQL of half as many bytes, which are as long as the text where they come as text. */
  String binary() {
    return "decode(repeat('00275cff', %d), 'hex')".formatted(bytes() / 8);
  }

  /** Returns the heap that has room for the value so many times. */
  int heapMib(double times) {
    return YOUNG_MIB + (int) (times * bytes() / (1 << 20));
  }

  /**
   * Lets a process with such a heap, divided as the launcher does it, catch up; returns its words.
   */
  static String run(Scene scene, int heapMib, int status) {
    try (ChildJvm feed =
        ChildJvm.running(Walferry.class)
            .arguments("run", scene.file().toString(), "--until-lsn", "now")
            .jvmOptions("-Xmx" + heapMib + "m", "-XX:MaxNewSize=" + YOUNG_MIB + "m")
            .jvmOptions("--enable-native-access=ALL-UNNAMED")
            .start()) {
      int ended = feed.awaitExit(PATIENCE);
      String said = String.join("\n", feed.lines());
      assertEquals(status, ended, said);
      return said;
    }
  }
}
