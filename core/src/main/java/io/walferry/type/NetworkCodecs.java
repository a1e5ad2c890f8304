package io.walferry.type;

import io.walferry.value.Bytes;
import io.walferry.value.Inet;
import io.walferry.value.MacAddress;

/** Network addresses. */
final class NetworkCodecs {
  static final Codec<Inet> INET =
      new ScalarCodec<>(
          Inet.class,
          NetworkCodecs::inetText,
          in -> inetBinary(in, false),
          inet -> InetText.print(inet.address()) + (inet.isHost() ? "" : prefix(inet)));

  static final Codec<Inet> CIDR =
      new ScalarCodec<>(
          Inet.class,
          NetworkCodecs::inetText,
          in -> inetBinary(in, true),
          inet -> InetText.print(inet.address()) + prefix(inet));

  static final Codec<MacAddress> MACADDR = mac(6);
  static final Codec<MacAddress> MACADDR8 = mac(8);

  /** {@code PGSQL_AF_INET} and {@code PGSQL_AF_INET6}. */
  private static final int FAMILY_4 = 2;

  private static final int FAMILY_6 = 3;

  private NetworkCodecs() {}

  private static Inet inetText(ByteInput in) {
    Bytes address = InetText.read(in);
    int bits = 8 * address.length();
    return new Inet(address, in.skipIf('/') ? (int) in.digits(1, bits) : bits);
  }

  private static Inet inetBinary(ByteInput in, boolean cidr) {
    int family = in.next();
    if (family != FAMILY_4 && family != FAMILY_6) {
      throw in.malformed("a known address family before it");
    }
    int length = family == FAMILY_4 ? 4 : 16;
    int prefixLength = in.next();
    if (prefixLength > 8 * length) {
      throw in.malformed("a prefix length up to " + 8 * length + " before it");
    }
    if (in.next() != (cidr ? 1 : 0) || in.next() != length) {
      throw in.malformed("kind and length of the address before it");
    }
    return new Inet(in.bytes(length), prefixLength);
  }

  private static String prefix(Inet inet) {
    return "/" + inet.prefixLength();
  }

  private static Codec<MacAddress> mac(int length) {
    return new ScalarCodec<>(
        MacAddress.class,
        in -> macText(in, length),
        in -> new MacAddress(in.bytes(length)),
        NetworkCodecs::print);
  }

  private static MacAddress macText(ByteInput in, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      if (i > 0) {
        in.expect(':');
      }
      bytes[i] = (byte) (in.hexDigit() << 4 | in.hexDigit());
    }
    return new MacAddress(Bytes.of(bytes));
  }

  private static String print(MacAddress address) {
    return address.bytes().toHex().replaceAll("(..)(?=.)", "$1:");
  }
}
