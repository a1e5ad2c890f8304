package io.walferry.testkit.internal;

import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file to which a server appends what it has to say. */
public record ServerLog(Path file) {
  private static final int TAIL_BYTES = 6_000;

  public ServerException failure(String what) {
    return new ServerException(what + "; the log ends with:\n" + tail());
  }

  /** The last few kilobytes. */
  public String tail() {
    return Files.exists(file) ? from(length() - TAIL_BYTES) : "(no log)";
  }

  /** What was written from that byte on, or from the beginning. */
  String from(long offset) {
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(Math.max(0, offset));
      byte[] bytes = new byte[(int) (log.length() - log.getFilePointer())];
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  long length() {
    return file.toFile().length();
  }
}
