package io.walferry.value;

/** A {@code macaddr} of six bytes or a {@code macaddr8} of eight. */
public record MacAddress(Bytes bytes) {
  public MacAddress {
    if (bytes.length() != 6 && bytes.length() != 8) {
      throw new IllegalArgumentException("A MAC address has 6 or 8 bytes, not " + bytes.length());
    }
  }
}
