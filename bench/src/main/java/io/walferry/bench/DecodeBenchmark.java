package io.walferry.bench;

import io.walferry.change.Row;
import io.walferry.pgoutput.PgOutputDecoder;
import io.walferry.pgoutput.PgOutputMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Rows per second that one core decodes from a buffer, as a large read from the server fills it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DecodeBenchmark {
  private static final int ROWS = 1000;

  /** Columns of each row, most of them short text, each seventh NULL. */
  @Param({"5", "21", "100"})
  @SuppressWarnings("NullAway.Init") // JMH fills it.
  private String columns;

  @Param({"insert", "insertInStream", "update"})
  @SuppressWarnings("NullAway.Init") // JMH fills it.
  private String message;

  private byte[] buffer = new byte[0];
  private int rowBytes;
  private PgOutputDecoder decoder = new PgOutputDecoder(2);

  /** Fills the buffer with equal messages, one behind the other. */
  @Setup
  public void fill() {
    ByteBuffer row = ByteBuffer.allocate(4096);
    boolean inStream = message.equals("insertInStream");
    row.put((byte) (message.equals("update") ? 'U' : 'I'));
    if (inStream) {
      row.putInt(9);
    }
    row.putInt(16385);
    if (message.equals("update")) {
      row.put((byte) 'K');
      putColumns(row);
    }
    row.put((byte) 'N');
    putColumns(row);
    rowBytes = row.position();
    buffer = new byte[ROWS * rowBytes];
    for (int i = 0; i < ROWS; i++) {
      System.arraycopy(row.array(), 0, buffer, i * rowBytes, rowBytes);
    }
    decoder = new PgOutputDecoder(2);
    if (inStream) {
      decoder.decode(new byte[] {'S', 0, 0, 0, 9, 1}, 0, 6);
    }
  }

  private void putColumns(ByteBuffer row) {
    int count = Integer.parseInt(columns);
    row.putShort((short) count);
    for (int column = 0; column < count; column++) {
      if (column % 7 == 6) {
        row.put((byte) 'n');
      } else {
        byte[] text = "2026-01-01 1234".substring(column % 10).getBytes(StandardCharsets.UTF_8);
        row.put((byte) 't').putInt(text.length).put(text);
      }
    }
  }

  /** Decodes rows and makes a string of every column. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public void readAll(Blackhole blackhole) {
    for (int offset = 0; offset < buffer.length; offset += rowBytes) {
      Row row = row(decoder.decode(buffer, offset, rowBytes));
      for (int column = 0; column < row.columnCount(); column++) {
        if (!row.isNull(column)) {
          blackhole.consume(row.text(column));
        }
      }
    }
  }

  /** Decodes rows and looks at two columns, the last one first. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public void readTwo(Blackhole blackhole) {
    for (int offset = 0; offset < buffer.length; offset += rowBytes) {
      Row row = row(decoder.decode(buffer, offset, rowBytes));
      blackhole.consume(row.length(row.columnCount() - 1));
      blackhole.consume(row.length(0));
    }
  }

  private static Row row(PgOutputMessage message) {
    return switch (message) {
      case PgOutputMessage.Insert insert -> insert.after();
      case PgOutputMessage.Update update -> update.after();
      default -> throw new IllegalStateException("There are rows only");
    };
  }

  /** Decodes rows; looks at none of their columns. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public void decode(Blackhole blackhole) {
    for (int offset = 0; offset < buffer.length; offset += rowBytes) {
      PgOutputMessage decoded = decoder.decode(buffer, offset, rowBytes);
      blackhole.consume(decoded);
    }
  }
}
