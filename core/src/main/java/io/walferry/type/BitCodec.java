package io.walferry.type;

import io.walferry.value.BitString;
import io.walferry.value.Bytes;

/** {@code bit} and {@code varbit}. */
final class BitCodec {
  static final Codec<BitString> BIT =
      new ScalarCodec<>(BitString.class, BitCodec::fromText, BitCodec::fromBinary, BitCodec::print);

  private BitCodec() {}

  private static BitString fromText(ByteInput in) {
    int length = in.remaining();
    byte[] bytes = new byte[(length + 7) / 8];
    for (int i = 0; i < length; i++) {
      if (in.skipIf('1')) {
        bytes[i / 8] |= (byte) (0x80 >> i % 8);
      } else {
        in.expect('0');
      }
    }
    return new BitString(length, Bytes.of(bytes));
  }

  private static BitString fromBinary(ByteInput in) {
    int length = in.int32();
    if (length < 0 || in.remaining() != (length + 7L) / 8) {
      throw in.malformed("as many bytes as the bits need");
    }
    Bytes bytes = in.bytes(in.remaining());
    int unused = 8 * bytes.length() - length;
    if (unused > 0 && (bytes.at(bytes.length() - 1) & ((1 << unused) - 1)) != 0) {
      throw in.malformed("zeros behind the last bit");
    }
    return new BitString(length, bytes);
  }

  private static String print(BitString bits) {
    StringBuilder out = new StringBuilder(bits.length());
    for (int i = 0; i < bits.length(); i++) {
      out.append(bits.bit(i) ? '1' : '0');
    }
    return out.toString();
  }
}
