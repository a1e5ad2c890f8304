package io.walferry.spool;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How what waits in files is kept. Whatever was written can be read, however it was written. */
public enum Compression {
  /** As it is. */
  NONE,
  /** Zstandard (RFC 8878) at its fastest level, each block by itself. */
  ZSTD;

  private static final int LEVEL = 1;

  /** What is longer is kept as it is: it would be in memory twice. Blocks are a lot shorter. */
  private static final int PLAIN_BYTES_MAX = 4 << 20;

  /** In front of what is compressed: how long it was before. */
  private static final int PREFIX_BYTES = Integer.BYTES;

  /**
   * Sees that it can be used on this machine.
   *
   * @throws WalferryException {@code SPOOL_FAILED}
   */
  void require() {
    try {
      packed(ByteBuffer.allocate(PREFIX_BYTES));
    } catch (LinkageError e) {
      throw new WalferryException(
          ErrorCode.SPOOL_FAILED,
          "the native library of Zstandard cannot be loaded, which 'pipeline.spool.compression:"
              + " zstd' needs and 'none' does not: "
              + e,
          e);
    }
  }

  /** What takes the place of these bytes; empty if they are kept as they are. */
  Optional<ByteBuffer> packed(ByteBuffer... parts) {
    long length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    if (this == NONE || length > PLAIN_BYTES_MAX) {
      return Optional.empty();
    }
    byte[] plain = new byte[(int) length];
    ByteBuffer gathered = ByteBuffer.wrap(plain);
    for (ByteBuffer part : parts) {
      gathered.put(part.duplicate());
    }
    byte[] packed = new byte[PREFIX_BYTES + (int) Zstd.compressBound(plain.length)];
    ByteBuffer.wrap(packed).putInt(plain.length);
    long written =
        Zstd.compressByteArray(
            packed, PREFIX_BYTES, packed.length - PREFIX_BYTES, plain, 0, plain.length, LEVEL);
    int total = PREFIX_BYTES + (int) written;
    return total < plain.length ? Optional.of(ByteBuffer.wrap(packed, 0, total)) : Optional.empty();
  }

  /** The opposite, of what fills an array. */
  static ByteBuffer unpacked(ByteBuffer packed) throws DamagedRecordException {
    int length = packed.remaining() < PREFIX_BYTES ? -1 : packed.getInt();
    if (length < 0 || length > PLAIN_BYTES_MAX) {
      throw new DamagedRecordException("a compressed record of " + length + " bytes");
    }
    byte[] plain = new byte[length];
    try {
      long read =
          Zstd.decompressByteArray(
              plain,
              0,
              length,
              packed.array(),
              packed.arrayOffset() + packed.position(),
              packed.remaining());
      if (read == length) {
        return ByteBuffer.wrap(plain);
      }
    } catch (ZstdException e) {
      throw new DamagedRecordException("a compressed record: " + e.getMessage());
    }
    throw new DamagedRecordException("a compressed record of another length");
  }
}
