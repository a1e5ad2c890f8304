package io.walferry.transform.value;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A keyed hash: HMAC-SHA-256 of the value's UTF-8 bytes, as 64 hexadecimal digits. Whoever has the
 * key can recompute it, with any other implementation too; nobody can turn it back, but who has the
 * key can try values. The same value has the same hash in every table, so that joins still work. A
 * collision among 256 bits is not to be expected, so keys may be hashed.
 */
public final class Hmac implements ValueTransform {
  private final SecretKey key;

  /**
   * Hashes under this key.
   *
   * @throws IllegalArgumentException if it is shorter than 16 bytes
   */
  public Hmac(String key) {
    this.key = SecretKey.of(key);
  }

  @Override
  public String apply(String text) {
    return HexFormat.of().formatHex(key.hash(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public boolean keepsApart() {
    return true;
  }

  @Override
  public String word() {
    return "hmac";
  }
}
