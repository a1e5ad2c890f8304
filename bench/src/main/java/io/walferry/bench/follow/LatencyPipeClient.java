package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import io.walferry.change.TransactionHeader;
import io.walferry.pgoutput.PgOutputDecoder;
import io.walferry.pgoutput.PgOutputMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Starts {@code pg_recvlogical} and notes when what it prints is at the other end of a pipe, which
 * is where a program gets it that is fed so. A row's time is that of the read which brought its
 * last byte; its columns are looked at after that.
 */
public final class LatencyPipeClient {
  private static final int BUFFER_BYTES = 1 << 20;

  private final LatencyReader reader;
  private final PgOutputDecoder decoder = new PgOutputDecoder(1);
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;

  private LatencyPipeClient(LatencyReader reader) {
    this.reader = reader;
  }

  /** Behind what every client gets: the file, and the words of the command. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    LatencyReader reader = new LatencyReader(Path.of(arguments[5]));
    List<String> command = List.of(arguments).subList(6, arguments.length);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (InputStream printed = process.getInputStream()) {
      new LatencyPipeClient(reader).follow(printed);
    } finally {
      process.destroy();
      process.waitFor();
    }
    Conversation.awaitEndOfInput();
  }

  private void follow(InputStream printed) throws IOException {
    while (!reader.hasEnded()) {
      if (filled == buffer.length) {
        buffer = Arrays.copyOf(buffer, 2 * filled);
      }
      int read = printed.read(buffer, filled, buffer.length - filled);
      Instant at = Instant.now();
      if (read < 0) {
        throw new IOException("pg_recvlogical has ended early");
      }
      filled += read;
      takeWhole(at);
    }
  }

  private void takeWhole(Instant at) {
    int from = 0;
    int end = PrintedMessage.end(buffer, from, filled);
    // Rows keep the bytes that they were read from, but not beyond this loop.
    while (end >= 0) {
      take(decoder.decode(buffer, from, end - from), at);
      from = end + 1; // a line feed
      end = PrintedMessage.end(buffer, from, filled);
    }
    System.arraycopy(buffer, from, buffer, 0, filled - from);
    filled -= from;
  }

  private void take(PgOutputMessage message, Instant at) {
    switch (message) {
      case PgOutputMessage.Begin begin ->
          reader.begin(new TransactionHeader(begin.xid(), begin.commitLsn(), begin.commitTime()));
      case PgOutputMessage.Insert insert -> reader.took(insert.after(), at);
      default -> {}
    }
  }
}
