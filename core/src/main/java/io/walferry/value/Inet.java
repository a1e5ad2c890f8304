package io.walferry.value;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An {@code inet} or a {@code cidr}: an address of four or sixteen bytes, and how many of its bits
 * name the network. Not an {@link InetAddress}, which has no prefix and takes {@code
 * ::ffff:1.2.3.4} for {@code 1.2.3.4}.
 */
public record Inet(Bytes address, int prefixLength) {
  public Inet {
    if (address.length() != 4 && address.length() != 16) {
      throw new IllegalArgumentException("An address has 4 or 16 bytes, not " + address.length());
    }
    if (prefixLength < 0 || prefixLength > 8 * address.length()) {
      throw new IllegalArgumentException("No such prefix length: " + prefixLength);
    }
  }

  /** Whether it names one host, since every bit is of the network. */
  public boolean isHost() {
    return prefixLength == 8 * address.length();
  }

  /** The address for the JDK, without the prefix. Asks no name server. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(address.toArray());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // the length was checked
    }
  }
}
