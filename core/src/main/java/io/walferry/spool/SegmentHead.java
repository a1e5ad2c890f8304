package io.walferry.spool;

import io.walferry.change.Lsn;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The first record of a segment.
 *
 * @param start everything that ends at or before is in earlier segments
 * @param continues whether it begins within a transaction that an earlier segment begins
 * @param previousBytes size of the segment before; 0 for the first that was made
 */
record SegmentHead(
    LogIdentity identity, long number, Lsn start, boolean continues, long previousBytes) {
  static final int FORMAT_VERSION = 1;

  /** "WFSPOOL" and a zero. */
  private static final long MAGIC = 0x57_46_53_50_4F_4F_4C_00L;

  private static final int FIXED_BYTES = 8 + 4 + 8 + 4 + 8 + 8 + 1 + 8;

  ByteBuffer encode() {
    byte[] slot = identity.slot().getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = ByteBuffer.allocate(FIXED_BYTES + slot.length);
    content.putLong(MAGIC).putInt(FORMAT_VERSION);
    content.putLong(identity.systemId()).putInt(identity.timeline());
    content.putLong(number).putLong(start.value());
    content.put((byte) (continues ? 1 : 0)).putLong(previousBytes);
    return content.put(slot).flip();
  }

  /**
   * The head that a record holds.
   *
   * @throws NewerFormatException if a later version has written it
   * @throws DamagedRecordException if it is no head
   */
  static SegmentHead decode(ByteBuffer content) throws IOException {
    try {
      if (content.getLong() != MAGIC) {
        throw new DamagedRecordException("it is no segment of a spool");
      }
      int version = content.getInt();
      if (version != FORMAT_VERSION) {
        throw new NewerFormatException(version);
      }
      long systemId = content.getLong();
      int timeline = content.getInt();
      long number = content.getLong();
      Lsn start = new Lsn(content.getLong());
      boolean continues = content.get() == 1;
      long previousBytes = content.getLong();
      String slot = StandardCharsets.UTF_8.decode(content).toString();
      return new SegmentHead(
          new LogIdentity(systemId, timeline, slot), number, start, continues, previousBytes);
    } catch (BufferUnderflowException e) {
      throw new DamagedRecordException("its head is too short");
    }
  }

  /** A version that this one does not know. */
  static final class NewerFormatException extends IOException {
    private static final long serialVersionUID = 1;

    NewerFormatException(int version) {
      super("expected format %d, got %d".formatted(FORMAT_VERSION, version));
    }
  }
}
