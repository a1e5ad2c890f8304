package io.walferry.kafka.converter;

import java.util.List;
import org.apache.kafka.common.header.Header;

/** A key or a value as bytes, and the headers that go with it. */
public final class Encoded {
  private final byte[] bytes;
  private final List<Header> headers;

  Encoded(byte[] bytes, List<Header> headers) {
    this.bytes = bytes;
    this.headers = List.copyOf(headers);
  }

  /** Without headers. */
  public static Encoded of(byte[] bytes) {
    return new Encoded(bytes, List.of());
  }

  /** Not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  public List<Header> headers() {
    return headers;
  }
}
