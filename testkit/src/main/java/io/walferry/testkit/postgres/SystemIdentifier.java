package io.walferry.testkit.postgres;

import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Tells a cluster from all others. It stands at the beginning of {@code global/pg_control}, which
 * ends with a CRC-32C of what is before it, and in the header of the WAL's first page, which has
 * none ({@code ControlFileData} in PostgreSQL's pg_control.h, {@code XLogLongPageHeaderData} in
 * xlog_internal.h). Both are in the machine's byte order.
 *
 * @param value as {@code IDENTIFY_SYSTEM} says it
 */
record SystemIdentifier(long value) {
  private static final int PLACE_IN_PAGE = 24;
  private static final int CRC_ALIGNMENT = 4;

  /** Changes a cluster that was never started: all of its WAL is in the first segment. */
  void writeInto(Path data) throws IOException {
    Path control = data.resolve("global/pg_control");
    Files.write(control, changed(Files.readAllBytes(control)));
    Path segment = data.resolve("pg_wal/000000010000000000000001");
    try (var file = Files.newByteChannel(segment, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
      file.position(PLACE_IN_PAGE).write(bytes.putLong(value).flip());
    }
  }

  private byte[] changed(byte[] control) {
    ByteBuffer bytes = ByteBuffer.wrap(control).order(ByteOrder.nativeOrder());
    int end = contentLength(bytes);
    bytes.putLong(0, value);
    bytes.putInt(end, crc(bytes, end));
    return control;
  }

  /** Finds the CRC, whose place depends on the major version. */
  private static int contentLength(ByteBuffer control) {
    for (int end = Long.BYTES; end < control.capacity(); end += CRC_ALIGNMENT) {
      if (crc(control, end) == control.getInt(end)) {
        return end;
      }
    }
    throw new ServerException("global/pg_control does not end with a CRC-32C of what it holds");
  }

  private static int crc(ByteBuffer bytes, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, end));
    return (int) crc.getValue();
  }
}
