package io.walferry.bench.follow;

import io.walferry.spool.Compression;
import io.walferry.spool.SpoolSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pipeline into a sink that reads every column. A sixth argument asks for a durable spool with
 * that compression.
 */
public final class PipelineColumnsClient {
  private static final int COMPRESSION = 5;

  private PipelineColumnsClient() {}

  public static void main(String[] arguments) throws IOException {
    FollowTask task = FollowTask.of(arguments);
    if (arguments.length <= COMPRESSION) {
      drain(task, Optional.empty());
      return;
    }
    Path directory = Files.createTempDirectory("walferry-bench-spool");
    try {
      Compression compression = Compression.valueOf(arguments[COMPRESSION]);
      drain(task, Optional.of(SpoolSettings.in(directory).durably().with(compression)));
    } finally {
      delete(directory);
    }
  }

  private static void drain(FollowTask task, Optional<SpoolSettings> spool) {
    StringColumns columns = new StringColumns();
    PipelineClient.drain(
        task, spool, () -> new ColumnSink(new ColumnReader(columns), spool.isPresent()));
    System.err.println(columns.characters() + " characters");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}
