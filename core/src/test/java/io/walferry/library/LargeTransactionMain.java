package io.walferry.library;

import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.StreamSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;

/** A program with little memory: says at each commit what all inserts so far add up to. */
final class LargeTransactionMain {
  static final int SPOOL_MEMORY = 1 << 20;
  static final long SPOOL_DISK = 8L << 30;

  private LargeTransactionMain() {}

  /** Takes the source's URI, the feed's name, a directory, and whether the spool is durable. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[2]);
    SpoolSettings spool = new SpoolSettings(directory, SPOOL_MEMORY, SPOOL_DISK);
    StreamSettings stream =
        StreamSettings.DEFAULT
            .withBuffer(SPOOL_MEMORY)
            .with(Boolean.parseBoolean(arguments[3]) ? spool.durably() : spool);
    CRC32C sum = new CRC32C();
    try (Walferry feed =
        Feeds.of(arguments[0], arguments[1]).tables("public.t").stream(stream)
            .checkpoint(new FileCheckpointStore(directory.resolve("checkpoint")))
            .onStatus((before, now) -> System.out.println("status " + now))
            .callbacks(
                on ->
                    on.insert("public.t", it -> add(sum, it.row().getString("filler")))
                        .commit(it -> System.out.println("sum " + sum.getValue())))
            .build()) {
      feed.start();
      while (!feed.awaitStopped(Duration.ofDays(1))) {
        System.out.println("still running");
      }
      System.out.println("failed " + feed.lastError());
    }
  }

  static void add(CRC32C sum, String value) {
    sum.update(value.getBytes(StandardCharsets.UTF_8));
  }
}
