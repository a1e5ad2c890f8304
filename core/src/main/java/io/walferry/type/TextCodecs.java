package io.walferry.type;

import io.walferry.value.Bytes;
import java.util.Optional;
import java.util.UUID;

/** Types whose value is a text, and {@code bytea} and {@code uuid}. */
final class TextCodecs {
  static final Codec<String> TEXT =
      new ScalarCodec<>(String.class, ByteInput::text, ByteInput::text, text -> text);

  /** A version byte comes before the text in binary: jsonb, jsonpath, ltree and its queries. */
  static final Codec<String> VERSIONED =
      new ScalarCodec<>(
          String.class,
          ByteInput::text,
          in -> {
            if (in.peek() != 1) {
              throw in.malformed("version 1 of the binary form");
            }
            in.skip(1);
            return in.text();
          },
          text -> text);

  /** Types that the server cannot send in binary. */
  static final Codec<String> TEXT_ONLY = new TextOnly();

  /**
   * {@code "char"}, a single byte: nothing for zero, and octal if it is not ASCII, as it is printed
   * since 16; older servers send a byte that is no UTF-8.
   */
  static final Codec<String> CHAR =
      new ScalarCodec<>(
          String.class,
          in -> in.remaining() == 1 ? character(in.next()) : in.text(),
          in -> character(in.next()),
          text -> text);

  static final Codec<Bytes> BYTEA =
      new ScalarCodec<>(
          Bytes.class,
          TextCodecs::hex,
          in -> in.bytes(in.remaining()),
          bytes -> "\\x" + bytes.toHex());

  static final Codec<UUID> UUID =
      new ScalarCodec<>(
          UUID.class,
          TextCodecs::uuid,
          in -> new UUID(in.int64(), in.int64()),
          java.util.UUID::toString);

  private TextCodecs() {}

  private static String character(int unsignedByte) {
    if (unsignedByte == 0) {
      return "";
    }
    return unsignedByte < 0x80
        ? Character.toString(unsignedByte)
        : "\\" + Integer.toOctalString(unsignedByte);
  }

  private static Bytes hex(ByteInput in) {
    in.expect('\\');
    in.expect('x');
    if (in.remaining() % 2 != 0) {
      throw in.malformed("two digits for each byte");
    }
    byte[] bytes = new byte[in.remaining() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (in.hexDigit() << 4 | in.hexDigit());
    }
    return Bytes.copyOf(bytes, 0, bytes.length);
  }

  private static UUID uuid(ByteInput in) {
    long high = hex(in, 8);
    for (int i = 0; i < 2; i++) {
      in.expect('-');
      high = high << 16 | hex(in, 4);
    }
    in.expect('-');
    long low = hex(in, 4);
    in.expect('-');
    return new UUID(high, low << 48 | hex(in, 12));
  }

  private static long hex(ByteInput in, int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      value = value << 4 | in.hexDigit();
    }
    return value;
  }

  private record TextOnly() implements Codec<String> {
    @Override
    public Class<?> javaType() {
      return String.class;
    }

    @Override
    public String fromText(ByteInput in) {
      return in.text();
    }

    @Override
    public String fromBinary(ByteInput in) {
      throw in.malformed("text, since the type has no binary form");
    }

    @Override
    public Optional<String> toText(String value) {
      return Optional.of(value);
    }

    @Override
    public boolean hasBinary() {
      return false;
    }
  }
}
